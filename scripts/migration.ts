/**
 * `node scripts/migration.ts` writes a migration for what the entities have and the snapshot has not;
 * `--check` only tells, and fails when there is something to write. Needs no database.
 */
import { MikroORM } from '@mikro-orm/postgresql';
import { ormOptions } from '../src/store/database/migrate-tables.ts';

const orm = await MikroORM.init({ ...ormOptions({}), connect: false } as Parameters<typeof MikroORM.init>[0]);
const inStep = await orm.migrator.checkSchema().then((needed) => !needed);
if (process.argv.includes('--check')) {
  if (!inStep) throw new Error('The entities and migrations/ differ: run `node scripts/migration.ts`.');
  console.log('migrations are in step with the entities');
} else {
  const { fileName } = await orm.migrator.create();
  console.log(`migrations/${fileName}`);
}
await orm.close(true);
