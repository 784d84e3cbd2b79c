/** The last step of `npm run build`, in the folder of the package that was built. */
import { markBuilt } from './build.mts';

markBuilt(process.cwd());
