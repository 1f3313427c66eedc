/** `npm run migrate`: brings the database at DATABASE_URL up to date, and ends. */
import { readConfig } from './config.ts';
import { createLog } from './log.ts';
import { migrate } from './start/migrate-database.ts';
import { requireDatabaseUrl } from './start/run-until-stopped.ts';

const config = readConfig();
await migrate(requireDatabaseUrl(config, 'migrate').directUrl, createLog(config.logLevel));
console.log('The database is up to date.');
