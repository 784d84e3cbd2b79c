import { describeFaults } from './describe.mts';
import { CALLS } from './matrix/calls.mts';

describeFaults(CALLS);
