import type { Database } from '../database/database.ts';
import { Model } from '../entities/model.ts';

/** Fields of a row that users set; absent ones stay unchanged. */
export type ModelChange = Partial<
  Omit<
    Model,
    | 'id'
    | 'owner'
    | 'provider'
    | 'modelId'
    | 'rank'
    | 'lacks'
    | 'digest'
    | 'isListed'
    | 'isPresent'
    | 'createdAt'
    | 'updatedAt'
  >
>;

export type NewModel = ModelChange & Pick<Model, 'id' | 'owner' | 'provider' | 'modelId' | 'name'>;

/** @returns false when its owner, or the installation, already has this model of this provider */
export async function insertModel(database: Database, model: NewModel): Promise<boolean> {
  const em = database.entityManager();
  const inserted = await em
    .createQueryBuilder(Model)
    .insert(model)
    .onConflict(['owner', 'provider', 'modelId'])
    .ignore()
    .execute();
  return inserted.affectedRows === 1;
}

/** @returns false when it does not exist */
export async function changeModel(database: Database, id: string, change: ModelChange): Promise<boolean> {
  const em = database.entityManager();
  // Another URL means another server.
  const learned = change.baseUrl === undefined ? {} : { quirks: [] };
  const changed = await em.nativeUpdate(Model, { id }, { ...change, ...learned, updatedAt: new Date() });
  return changed === 1;
}

/** Logs keep referring to it. @returns false when it does not exist */
export async function deleteModel(database: Database, id: string): Promise<boolean> {
  const deleted = await database.entityManager().nativeDelete(Model, { id });
  return deleted === 1;
}

/** Which of some names a built-in model has as its id or an alias; null: none. */
export async function findBuiltInName(database: Database, names: readonly string[]): Promise<string | null> {
  const { rows } = await database.pool.query<{ name: string }>({
    name: 'find-built-in-name',
    text: `select taken as name from unnest($1::text[]) as taken
           where exists (select from model where owner_id is null and (model_id = taken or taken = any(aliases))) limit 1`,
    values: [names],
  });
  return rows[0]?.name ?? null;
}
