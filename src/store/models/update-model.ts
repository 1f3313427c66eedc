import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { anyOf, CURRENT_TIME, type Row, tables } from '../database/tables.ts';

/** What users do not set: it is known from the model's server, or from its creation. */
type Kept =
  | ('id' | 'ownerId' | 'provider' | 'modelId' | 'rank' | 'lacks' | 'digest' | 'isListed' | 'isPresent')
  | ('createdAt' | 'updatedAt');

/** Absent fields stay unchanged. */
export type ModelChange = Partial<Omit<Row<'model'>, Kept>>;

export type NewModel = ModelChange & Pick<Row<'model'>, 'id' | 'ownerId' | 'provider' | 'modelId' | 'name'>;

/** @returns false when its owner, or the installation, already has this model of this provider */
export async function insertModel({ pool }: Database, model: NewModel): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tables(pool)
    .insertInto('model')
    .values(model)
    .onConflict((conflict) => conflict.columns(['ownerId', 'provider', 'modelId']).doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** @returns false when it does not exist */
export async function changeModel({ pool }: Database, id: string, change: ModelChange): Promise<boolean> {
  // Another URL means another server.
  const learned = change.baseUrl === undefined ? {} : { quirks: [] };
  const { numUpdatedRows } = await tables(pool)
    .updateTable('model')
    .set({ ...change, ...learned, updatedAt: CURRENT_TIME })
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** Logs keep referring to it. @returns false when it does not exist */
export async function deleteModel({ pool }: Database, id: string): Promise<boolean> {
  const { numDeletedRows } = await tables(pool)
    .deleteFrom('model')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return numDeletedRows === 1n;
}

/** Which of some names a built-in model has as its id or an alias; null: none. */
export async function findBuiltInName({ pool }: Database, names: readonly string[]): Promise<string | null> {
  const models = await tables(pool)
    .selectFrom('model')
    .select(['modelId', 'aliases'])
    .where('ownerId', 'is', null)
    .where((model) =>
      model.or([model('modelId', '=', anyOf(names)), sql<boolean>`aliases && ${names}::text[]`]),
    )
    .execute();
  const taken = new Set(models.flatMap(({ modelId, aliases }) => [modelId, ...aliases]));
  return names.find((name) => taken.has(name)) ?? null;
}
