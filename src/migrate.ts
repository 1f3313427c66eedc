/** `npm run migrate`: migrates the database at DATABASE_URL, and exits. */
import { readConfig } from './config.ts';
import { createLog } from './log.ts';
import { migrate } from './start/migrate-database.ts';
import { requireDatabaseUrl } from './start/run-until-stopped.ts';

const config = readConfig();
await migrate(requireDatabaseUrl(config, 'migrate').directUrl, createLog(config.logLevel));
console.log('The database is up to date.');
