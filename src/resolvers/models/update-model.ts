import type { Context, Viewer } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { newId } from '../../rules/ids/ids.ts';
import { sameModel } from '../../rules/models/model-id.ts';
import { isSeeded } from '../../store/models/built-in-models.ts';
import { findModelByKey, findNamedModels, type ModelRow } from '../../store/models/models.ts';
import {
  changeModel,
  findBuiltInName,
  insertModel,
  type ModelChange,
  deleteModel as removeModel,
} from '../../store/models/update-model.ts';
import type { ProviderId } from '../../vocabulary.ts';
import { requireBytes, requireObject } from '../request/quota.ts';
import { validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { modelById } from './list-models.ts';
import { type ModelChangeInput, modelUpdate, newModel } from './model-input.ts';

/** @throws DomainError FORBIDDEN for fields reserved for admins, CONFLICT for an existing model or name */
export async function createModel(context: Context, input: unknown): Promise<ModelRow> {
  const viewer = requireViewer(context);
  const { provider, modelId, isBuiltIn, ...given } = validate(newModel, input, 'input');
  await requireObject(context, input);
  if (provider === 'custom') requireAdmin(viewer, 'input.provider', 'add custom models');
  const ownerId = isBuiltIn || provider === 'custom' ? null : viewer.userId;
  if (ownerId === null) requireAdmin(viewer, 'input.isBuiltIn', 'create built-in models');
  refuseAdminsSettings(viewer, ownerId, given);
  refuseAddress(provider, given);
  if (provider === 'custom' && !given.baseUrl) throw lacksAddress();
  if (ownerId !== null) {
    await refuseBuiltInId(context, { provider, modelId });
    await refuseBuiltInAliases(context, given.aliases ?? []);
  }
  const id = newId();
  const { database } = context.store;
  const builtIn = await findModelByKey(database, viewer.userId, { provider, modelId });
  const known = builtIn?.ownerId === null ? descriptionOf(builtIn) : { name: modelId };
  const row = { id, ownerId, provider, modelId, ...known, ...(await toChange(context, given)) };
  if (!(await insertModel(database, row))) {
    const message = `input.modelId: ${provider} already has a model with this id; update that one`;
    throw new DomainError('CONFLICT', message, { field: 'input.modelId' });
  }
  context.store.lookups.forgetModels();
  return modelById(context, id);
}

/** @throws DomainError NOT_FOUND, FORBIDDEN for fields reserved for admins, CONFLICT for an existing name */
export async function updateModel(context: Context, id: string, input: unknown): Promise<ModelRow> {
  const viewer = requireViewer(context);
  const { forgetQuirks, ...given } = validate(modelUpdate, input, 'input');
  await requireBytes(context, given);
  const { ownerId, provider } = await changeable(context, id);
  refuseAdminsSettings(viewer, ownerId, given);
  refuseAddress(provider, given);
  if (given.baseUrl === null && provider === 'custom') throw lacksAddress();
  if (ownerId !== null) await refuseBuiltInAliases(context, given.aliases ?? []);
  const { firstTokenSeconds: _, ...described } = given;
  await changeModel(context.store.database, id, {
    ...(await toChange(context, given)),
    ...(Object.keys(described).length > 0 && { isEdited: true }),
    ...(forgetQuirks && { quirks: [] }),
  });
  context.store.lookups.forgetModels();
  return modelById(context, id, 'input.id');
}

/** @throws DomainError NOT_FOUND, FORBIDDEN, INVALID_STATE for a model that is part of this release */
export async function deleteModel(context: Context, id: string): Promise<void> {
  const row = await changeable(context, id);
  if (row.ownerId === null && isSeeded(row.provider, row.modelId)) {
    const message = `input.id: ${row.modelId} is part of this release and would be added again; deactivate it instead`;
    throw new DomainError('INVALID_STATE', message, { field: 'input.id' });
  }
  await removeModel(context.store.database, id);
  context.store.lookups.forgetModels();
}

async function changeable(context: Context, id: string): Promise<ModelRow> {
  const row = await modelById(context, id, 'input.id');
  if (row.ownerId === null) requireAdmin(requireViewer(context), 'input.id', 'change built-in models');
  return row;
}

function requireAdmin({ isAdmin }: Viewer, field: string, what: string): void {
  if (!isAdmin) throw new DomainError('FORBIDDEN', `${field}: only an admin may ${what}`, { field });
}

/** A call that waits occupies a slot of the workers. */
function refuseAdminsSettings(viewer: Viewer, ownerId: string | null, given: ModelChangeInput): void {
  if (given.firstTokenSeconds === undefined) return;
  const field = 'input.firstTokenSeconds';
  requireAdmin(viewer, field, 'set how long a server may take');
  if (ownerId === null || given.firstTokenSeconds === null) return;
  const message = `${field}: only built-in models can have firstTokenSeconds; create it with isBuiltIn`;
  throw new DomainError('VALIDATION_ERROR', message, { field });
}

/** The URL determines where this server sends requests and the API key. */
function refuseAddress(provider: ProviderId, given: ModelChangeInput): void {
  if (provider === 'custom') return;
  const field = (['baseUrl', 'apiKey'] as const).find((name) => given[name]);
  if (!field) return;
  const message = `input.${field}: only custom models have this; those of ${provider} use its configuration`;
  throw new DomainError('VALIDATION_ERROR', message, { field: `input.${field}` });
}

function lacksAddress(): DomainError {
  const field = 'input.baseUrl';
  return new DomainError('VALIDATION_ERROR', `${field}: a custom model needs a URL`, { field });
}

/**
 * A name has the same meaning for all accounts, except for names of an account's own models: an own entry for
 * a built-in model may have its id, which refers to the same model of the same provider.
 */
async function refuseBuiltInId(
  context: Context,
  { provider, modelId }: Pick<ModelRow, 'provider' | 'modelId'>,
): Promise<void> {
  const { userId } = requireViewer(context);
  const named = await findNamedModels(context.store.database, userId, modelId);
  const meant = named.find(({ isBuiltIn, isNamed }) => isBuiltIn && isNamed);
  if (!meant || (meant.isActive && sameModel(meant, { provider, model: modelId }))) return;
  throw nameTaken('input.modelId', 'this name');
}

/** What an own entry for a built-in model has unless its owner says otherwise. */
function descriptionOf(builtIn: ModelRow) {
  const { name, version, capabilities, specialties, contextWindow, maxOutput } = builtIn;
  const { supportsVision, supportsFunctionCalling } = builtIn;
  const abilities = { capabilities, supportsVision, supportsFunctionCalling };
  return { name, version, specialties, contextWindow, maxOutput, ...abilities };
}

async function refuseBuiltInAliases({ store }: Context, aliases: readonly string[]): Promise<void> {
  const taken = await findBuiltInName(store.database, aliases);
  if (taken !== null) throw nameTaken('input.aliases', `the name at index ${aliases.indexOf(taken)}`);
}

function nameTaken(field: string, which: string): DomainError {
  return new DomainError('CONFLICT', `${field}: a built-in model already has ${which}`, { field });
}

async function toChange(
  { secrets }: Context,
  { prices, apiKey, ...given }: ModelChangeInput,
): Promise<ModelChange> {
  const { version, contextWindow, maxOutput, firstTokenSeconds, ...others } = given;
  return {
    ...present(others),
    ...(version !== undefined && { version }),
    ...(contextWindow !== undefined && { contextWindow }),
    ...(maxOutput !== undefined && { maxOutput }),
    ...(firstTokenSeconds !== undefined && { firstTokenSeconds }),
    ...(apiKey !== undefined && { sealedApiKey: apiKey && (await secrets.seal(apiKey)) }),
    ...(prices !== undefined && {
      inputPrice: prices?.input.toFixed(6) ?? null,
      cachedInputPrice: prices?.cachedInput?.toFixed(6) ?? null,
      cacheWritePrice: prices?.cacheWrite?.toFixed(6) ?? null,
      cacheWriteHourPrice: prices?.cacheWriteHour?.toFixed(6) ?? null,
      outputPrice: prices?.output.toFixed(6) ?? null,
    }),
  };
}

type Present<Given> = { [Name in keyof Given]?: NonNullable<Given[Name]> };

/** Drops fields that are absent or null. */
function present<Given extends object>(given: Given): Present<Given> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  ) as Present<Given>;
}
