/** Installs the newest and the oldest n8n, where they are missing: `npm start` and the end-to-end tests need them. */
import { installN8n, NEWEST_FOLDER, OLDEST_FOLDER } from './install.mts';

for (const folder of [NEWEST_FOLDER, OLDEST_FOLDER]) await installN8n({ folder });
