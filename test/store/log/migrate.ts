/** A program that migrates the database at a URL, to be killed at it. */
import { createLog } from '../../../src/log.ts';
import { migrateTables } from '../../../src/store/database/migrate-tables.ts';

await migrateTables(process.argv[2]!, createLog('error'));
