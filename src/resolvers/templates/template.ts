import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { newId } from '../../rules/ids/ids.ts';
import { checkParameters, type ParameterCheck } from '../../rules/templates/parameters.ts';
import { liquidTexts, type TemplateDefinition } from '../../rules/templates/template.ts';
import { isStorable } from '../../rules/text/text.ts';
import {
  changeTemplate,
  findNamedTemplate,
  findTemplates,
  insertTemplate,
  listTemplates,
  deleteTemplate as removeTemplate,
  type TemplateRow,
} from '../../store/templates/templates.ts';
import { compute, refuseAt } from '../request/compute.ts';
import { requireVersion } from '../request/expected-version.ts';
import { templateValues } from '../request/fields.ts';
import { connect, type PageArguments, readPage } from '../request/page.ts';
import { requireBytes, requireObject } from '../request/quota.ts';
import { invalidInput, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { newTemplate, templateChange } from './template-input.ts';

/** A reference to a template, by one of the two. */
export interface TemplateChoice {
  id: string | null | undefined;
  name: string | null | undefined;
}

/** @throws DomainError NOT_FOUND, also for another user's template @param field the argument that names it */
export async function template(context: Context, id: string, field = 'id'): Promise<TemplateRow> {
  const [found] = await findTemplates(context.store.database, requireViewer(context).userId, [id]);
  return found ?? missing(field);
}

/**
 * By id or by name.
 * @param fields the arguments that name it @throws DomainError NOT_FOUND, VALIDATION_ERROR unless exactly one
 * is given
 */
export async function chosenTemplate(
  context: Context,
  { id, name }: TemplateChoice,
  fields: { id: string; name: string },
): Promise<TemplateRow> {
  if (id && !name) return template(context, id, fields.id);
  if (name && !id) return namedTemplate(context, name, fields.name);
  throw invalidInput([{ field: fields.name, message: `give either ${fields.id} or ${fields.name}` }]);
}

/** The fields that name a template. */
export const INPUT_FIELDS = { id: 'input.templateId', name: 'input.templateName' };

/** @throws DomainError NOT_FOUND @param field the argument that names it */
export async function namedTemplate(context: Context, name: string, field: string): Promise<TemplateRow> {
  const { userId } = requireViewer(context);
  // No name contains characters that Postgres cannot store.
  const found = isStorable(name) ? await findNamedTemplate(context.store.database, userId, name) : null;
  return found ?? missing(field);
}

function missing(field: string): never {
  throw new DomainError('NOT_FOUND', `${field}: there is no such template`, { field });
}

export interface TemplateFilter {
  isActive?: boolean | null | undefined;
}

/** The viewer's templates and the built-in ones, newest first. */
export async function templates(
  context: Context,
  given: PageArguments,
  filter: TemplateFilter | null | undefined,
) {
  const { userId } = requireViewer(context);
  const page = readPage(given);
  const isActive = filter?.isActive ?? null;
  return connect(page, listTemplates(context.store.database, { userId, isActive }));
}

/** @throws DomainError VALIDATION_ERROR with all problems, CONFLICT for a name that exists */
export async function createTemplate(context: Context, input: unknown): Promise<TemplateRow> {
  const { userId } = requireViewer(context);
  const given = validate(newTemplate, input, 'input');
  await checkDefinition(context, given);
  await requireObject(context, given);
  const created = await insertTemplate(context.store.database, { id: newId(), ownerId: userId, ...given });
  if (created) return created;
  const field = 'input.name';
  const message = `${field}: one of your templates, or a built-in one, already has this name`;
  throw new DomainError('CONFLICT', message, { field });
}

/** Increases its version; existing tasks keep the version they were created with. */
export async function updateTemplate(context: Context, id: string, input: unknown): Promise<TemplateRow> {
  const present = await template(context, id, 'input.id');
  requireOwner(context, present);
  const given = validate(templateChange, input, 'input');
  requireVersion(present, given.expectedVersion, 'template');
  await requireBytes(context, given);
  const change = {
    description: given.description === undefined ? present.description : given.description,
    parameters: given.parameters ?? present.parameters,
    steps: given.steps ?? present.steps,
    isActive: given.isActive ?? present.isActive,
  };
  await checkDefinition(context, change);
  const changed = await changeTemplate(context.store.database, present, change);
  if (changed) return changed;
  requireVersion(await template(context, id, 'input.id'), given.expectedVersion, 'template');
  throw new DomainError('CONFLICT', 'input.id: the template was changed concurrently; try again', {
    field: 'input.id',
  });
}

/** Existing tasks are kept and continue. @throws DomainError NOT_FOUND, FORBIDDEN for a built-in one */
export async function deleteTemplate(context: Context, id: string): Promise<void> {
  const { userId } = requireViewer(context);
  const { ownerId } = await template(context, id, 'input.id');
  if (ownerId === null) {
    const message =
      'input.id: a built-in template cannot be deleted; an admin can disable it with isActive: false';
    throw new DomainError('FORBIDDEN', message, { field: 'input.id' });
  }
  if (!(await removeTemplate(context.store.database, userId, id))) missing('input.id');
}

function requireOwner(context: Context, { ownerId }: TemplateRow): void {
  if (ownerId !== null || requireViewer(context).isAdmin) return;
  throw new DomainError('FORBIDDEN', 'input.id: only an admin may change a built-in template', {
    field: 'input.id',
  });
}

/** @throws DomainError VALIDATION_ERROR */
async function checkDefinition(context: Context, { parameters, steps }: TemplateDefinition): Promise<void> {
  const texts = steps.reduce((sum, step) => sum + liquidTexts(step).length, 0);
  if (texts > MAX_TEXTS) {
    const message = `has ${texts} texts; at most ${MAX_TEXTS} are allowed in all steps together`;
    throw invalidInput([{ field: 'input.steps', message }]);
  }
  refuseAt('input', await compute(context, 'template', { parameters, steps }, 'input'));
}

/** Liquid texts of all steps. */
const MAX_TEXTS = 1_000;

/** Validates parameters for the template without creating a task. */
export async function validateTemplate(
  context: Context,
  choice: TemplateChoice,
  parameters: unknown,
): Promise<ParameterCheck> {
  const { parameters: known } = await chosenTemplate(context, choice, INPUT_FIELDS);
  return checkParameters(known, validate(templateValues.nullish(), parameters, 'input.parameters') ?? {});
}
