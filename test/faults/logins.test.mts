import { describeFaults } from './describe.mts';
import { LOGINS } from './matrix/logins.mts';

describeFaults(LOGINS);
