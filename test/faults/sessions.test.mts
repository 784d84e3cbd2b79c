import { describeFaults } from './describe.mts';
import { SESSIONS } from './matrix/sessions.mts';

describeFaults(SESSIONS);
