import type { Context } from '../context.ts';
import { DomainError, type ErrorCode } from '../errors.ts';
import { type ModelReference, sameModel } from '../rules/model-id.ts';
import { type PassedOver, type RoutableModel, type Routing, routeModels } from '../rules/model-routing.ts';
import { findModels } from '../store/model-catalog.ts';
import { resolveModel } from './model.ts';

/**
 * The models of an orchestration, best first. A preferred one that is not there is passed over and told of.
 * @throws DomainError UNKNOWN_MODEL when there is none at all.
 */
export async function route(
  context: Context,
  wishes: { preferredModels: readonly string[]; domain: string | null },
): Promise<Routing> {
  const { database } = context.store;
  const found = await findModels(database, { providers: context.providers, name: null });
  const models = found.map(({ provider, modelId, capabilities }) => ({
    provider,
    model: modelId,
    capabilities,
  }));
  const { preferred, passedOver } = await resolvePreferred(context, wishes.preferredModels, models);
  const routing = routeModels(models, { preferred, passedOver, domain: wishes.domain });
  if (routing.candidates.length > 0) return routing;
  throw new DomainError('UNKNOWN_MODEL', 'there is no active model to choose from');
}

async function resolvePreferred(
  context: Context,
  names: readonly string[],
  models: readonly RoutableModel[],
) {
  const preferred: RoutableModel[] = [];
  const passedOver: PassedOver[] = [];
  for (const [index, name] of names.entries()) {
    const resolved = await lookUp(context, name, `input.preferredModels.${index}`);
    if ('why' in resolved) passedOver.push(resolved);
    else if (!preferred.some((one) => sameModel(one, resolved)))
      preferred.push({ ...resolved, capabilities: capabilitiesOf(resolved, models) });
  }
  return { preferred, passedOver };
}

const WHY: Partial<Record<ErrorCode, string>> = {
  UNKNOWN_MODEL: 'there is no such model',
  PROVIDER_NOT_CONFIGURED: 'its provider is not configured',
};

async function lookUp(context: Context, name: string, field: string): Promise<ModelReference | PassedOver> {
  try {
    const { provider, model } = await resolveModel(context, name, field);
    return { provider, model };
  } catch (error) {
    const why = error instanceof DomainError ? WHY[error.code] : undefined;
    if (!why) throw error;
    return { name, why };
  }
}

/** A version of a model, or one with settings after an `@`, can do what the catalog says of it. */
function capabilitiesOf({ provider, model }: ModelReference, models: readonly RoutableModel[]) {
  const [id] = model.split('@');
  return models.find((one) => one.provider === provider && one.model === id)?.capabilities ?? [];
}
