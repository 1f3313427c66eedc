import { BUILT_IN_TEMPLATES } from '../../rules/templates/built-in.ts';
import type { Database } from '../database/database.ts';
import { createdAtText, keysetList, type ListedRow } from '../database/kysely-page.ts';
import type { RowList } from '../database/sql-page.ts';
import { anyOf, CURRENT_TIME, json, optionalFilters, tables } from '../database/tables.ts';

export type TemplateRow = ListedRow<'template'>;

/** Adds missing built-in templates; those changed by an admin stay unchanged. */
export async function seedTemplates({ pool }: Database): Promise<void> {
  const rows = BUILT_IN_TEMPLATES.map(({ name, description, parameters, steps }) => {
    return { id: name, name, description, parameters: json(parameters), steps: json(steps) };
  });
  await tables(pool)
    .insertInto('template')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The templates that a user can read: their own and the built-in ones. */
function readableTemplates({ pool }: Database, userId: string) {
  return tables(pool)
    .selectFrom('template')
    .selectAll()
    .select(createdAtText('template'))
    .where((template) => template.or([template('ownerId', '=', userId), template('ownerId', 'is', null)]));
}

/** Those of the templates that a user can read that have one of some ids. */
export function findTemplates(
  database: Database,
  userId: string,
  ids: readonly string[],
): Promise<TemplateRow[]> {
  return readableTemplates(database, userId).where('id', '=', anyOf(ids)).execute();
}

/** The template with this name that a user can read. */
export async function findNamedTemplate(
  database: Database,
  userId: string,
  name: string,
): Promise<TemplateRow | null> {
  const found = await readableTemplates(database, userId)
    .where('name', '=', name)
    .orderBy('ownerId', (order) => order.asc().nullsFirst())
    .limit(1)
    .executeTakeFirst();
  return found ?? null;
}

export interface TemplateListing {
  userId: string;
  /** null: either. */
  isActive: boolean | null;
}

/** The templates that a user can read, newest first, between two positions. */
export function listTemplates(
  database: Database,
  { userId, isActive }: TemplateListing,
): RowList<TemplateRow> {
  const templates = readableTemplates(database, userId).where(optionalFilters('template', { isActive }));
  return keysetList(database.pool, templates, 'template');
}

/** The changeable fields of a template. */
export type TemplateSettings = Pick<TemplateRow, 'description' | 'parameters' | 'steps' | 'isActive'>;

/** @returns null when the name exists, for a template of the owner or a built-in one */
export async function insertTemplate(
  { pool }: Database,
  template: TemplateSettings & Pick<TemplateRow, 'id' | 'ownerId' | 'name'>,
): Promise<TemplateRow | null> {
  const builtIn = await tables(pool)
    .selectFrom('template')
    .select('id')
    .where('ownerId', 'is', null)
    .where('name', '=', template.name)
    .executeTakeFirst();
  if (builtIn) return null;
  const inserted = await tables(pool)
    .insertInto('template')
    .values({ ...template, parameters: json(template.parameters), steps: json(template.steps) })
    .onConflict((conflict) => conflict.columns(['ownerId', 'name']).doNothing())
    .returningAll()
    .returning(createdAtText('template'))
    .executeTakeFirst();
  return inserted ?? null;
}

/** Replaces the changeable fields of a template. @returns null when it is no longer at `version` */
export async function changeTemplate(
  { pool }: Database,
  { id, version }: Pick<TemplateRow, 'id' | 'version'>,
  change: TemplateSettings,
): Promise<TemplateRow | null> {
  const changed = await tables(pool)
    .updateTable('template')
    .set({ ...change, parameters: json(change.parameters), steps: json(change.steps) })
    .set({ version: version + 1, updatedAt: CURRENT_TIME })
    .where('id', '=', id)
    .where('version', '=', version)
    .returningAll()
    .returning(createdAtText('template'))
    .executeTakeFirst();
  return changed ?? null;
}

/** @returns false when there is no such template of the owner. */
export async function deleteTemplate({ pool }: Database, ownerId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await tables(pool)
    .deleteFrom('template')
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .executeTakeFirstOrThrow();
  return numDeletedRows === 1n;
}
