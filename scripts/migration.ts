/**
 * `node scripts/migration.ts` writes a migration for what the entities have and the snapshot has not;
 * `--check` only tells, and fails when there is something to write. Needs no database.
 */
import { readFile } from 'node:fs/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import { ormOptions } from '../src/store/database/migrate-tables.ts';

const orm = await MikroORM.init({ ...ormOptions({}), connect: false } as Parameters<typeof MikroORM.init>[0]);
const inStep = await orm.migrator.checkSchema().then((needed) => !needed);
if (process.argv.includes('--check')) {
  const changed = await Array.fromAsync(changedIndexes());
  if (changed.length > 0)
    throw new Error(
      `Write a migration for indexes that have changed, and edit migrations/schema.json: ${changed}`,
    );
  if (!inStep) throw new Error('The entities and migrations/ differ: run `node scripts/migration.ts`.');
  console.log('migrations are in step with the entities');
} else {
  const { fileName } = await orm.migrator.create();
  console.log(`migrations/${fileName}`);
}
await orm.close(true);

/** Indexes with another expression than in the snapshot, which MikroORM does not compare. */
async function* changedIndexes(): AsyncGenerator<string> {
  const snapshot = JSON.parse(await readFile(new URL('../migrations/schema.json', import.meta.url), 'utf8'));
  const indexes: { keyName: string; expression?: string }[] = snapshot.tables.flatMap(
    (table: { indexes: object[] }) => table.indexes,
  );
  const expressions = new Map(indexes.map(({ keyName, expression }) => [keyName, expression]));
  for (const { indexes } of orm.getMetadata().getAll().values()) {
    for (const { name, expression } of indexes)
      if (typeof expression === 'string' && expressions.get(name!) !== expression) yield name!;
  }
}
