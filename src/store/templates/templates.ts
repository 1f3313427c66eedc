import { BUILT_IN_TEMPLATES } from '../../rules/templates/built-in.ts';
import type { TemplateDefinition, TemplateParameter, TemplateStep } from '../../rules/templates/template.ts';
import type { Database } from '../database/database.ts';
import { createdAtTextSql, type ListRange, rangeSql, rangeValues } from '../database/keyset-page.ts';

export interface TemplateRow {
  id: string;
  /** null: built in. */
  ownerId: string | null;
  name: string;
  description: string | null;
  parameters: TemplateParameter[];
  steps: TemplateStep[];
  version: number;
  isActive: boolean;
  createdAt: Date;
  updatedAt: Date;
  /** `createdAt` with all six digits, which a Date cannot represent; the first part of a list cursor. */
  createdAtText: string;
}

const COLUMNS = `
  id, owner_id as "ownerId", name, description, parameters, steps, version, is_active as "isActive",
  created_at as "createdAt", updated_at as "updatedAt",
  ${createdAtTextSql('template')} as "createdAtText"`;

/** Adds missing built-in templates; those changed by an admin stay unchanged. */
export async function seedTemplates(database: Database): Promise<void> {
  await database.pool.query(
    `insert into template (id, name, description, parameters, steps)
     select row ->> 'name', row ->> 'name', row ->> 'description', row -> 'parameters', row -> 'steps'
     from jsonb_array_elements($1::jsonb) as row
     on conflict do nothing`,
    [JSON.stringify(BUILT_IN_TEMPLATES)],
  );
}

/** A template that a user can read, by its id or name. */
export async function findTemplate(
  database: Database,
  userId: string,
  by: { id: string } | { name: string },
): Promise<TemplateRow | null> {
  const { rows } = await database.pool.query<TemplateRow>({
    name: 'find-template',
    text: `select ${COLUMNS} from template
           where (id = $2 or name = $3) and (owner_id is null or owner_id = $1)
           order by owner_id nulls first limit 1`,
    values: [userId, 'id' in by ? by.id : null, 'name' in by ? by.name : null],
  });
  return rows[0] ?? null;
}

export interface TemplateListing extends ListRange {
  userId: string;
  /** null: either. */
  isActive: boolean | null;
}

/** The templates that a user can read, newest first, between two positions. */
export async function listTemplates(database: Database, listing: TemplateListing): Promise<TemplateRow[]> {
  const range = rangeSql('template', listing.fromEnd);
  const { rows } = await database.pool.query<TemplateRow>({
    name: `list-templates-${range.name}`,
    text: `
      select ${COLUMNS} from template
      where (owner_id is null or owner_id = $7) and ($8::boolean is null or is_active = $8) and ${range.condition}
      ${range.order}`,
    values: [...rangeValues(listing), listing.userId, listing.isActive],
  });
  return listing.fromEnd ? rows.reverse() : rows;
}

export interface NewTemplate extends TemplateDefinition {
  id: string;
  ownerId: string;
  name: string;
  description: string | null;
  isActive: boolean;
}

/** @returns null when the name exists, for a template of the owner or a built-in one */
export async function insertTemplate(database: Database, template: NewTemplate): Promise<TemplateRow | null> {
  const { rows } = await database.pool.query<TemplateRow>({
    name: 'insert-template',
    text: `
      insert into template (id, owner_id, name, description, parameters, steps, is_active)
      select $1, $2, $3, $4, $5::jsonb, $6::jsonb, $7
      where not exists (select from template where owner_id is null and name = $3)
      on conflict (owner_id, name) do nothing returning ${COLUMNS}`,
    values: [
      template.id,
      template.ownerId,
      template.name,
      template.description,
      JSON.stringify(template.parameters),
      JSON.stringify(template.steps),
      template.isActive,
    ],
  });
  return rows[0] ?? null;
}

/** Replaces the changeable fields of a template. @returns null when it is no longer at `version` */
export async function changeTemplate(
  database: Database,
  { id, version }: Pick<TemplateRow, 'id' | 'version'>,
  change: Pick<TemplateRow, 'description' | 'isActive'> & TemplateDefinition,
): Promise<TemplateRow | null> {
  const { rows } = await database.pool.query<TemplateRow>({
    name: 'change-template',
    text: `
      update template set description = $3, parameters = $4::jsonb, steps = $5::jsonb, is_active = $6,
        version = version + 1, updated_at = clock_timestamp()
      where id = $1 and version = $2 returning ${COLUMNS}`,
    values: [
      id,
      version,
      change.description,
      JSON.stringify(change.parameters),
      JSON.stringify(change.steps),
      change.isActive,
    ],
  });
  return rows[0] ?? null;
}

/** @returns false when there is no such template of the owner. */
export async function deleteTemplate(database: Database, ownerId: string, id: string): Promise<boolean> {
  const { rowCount } = await database.pool.query('delete from template where id = $1 and owner_id = $2', [
    id,
    ownerId,
  ]);
  return rowCount === 1;
}
