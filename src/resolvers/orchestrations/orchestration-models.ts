import type { Context } from '../../context.ts';
import { DomainError, type ErrorCode } from '../../errors.ts';
import { chooseModel, NO_NEEDS } from '../../rules/models/choice.ts';
import { type ModelReference, sameModel } from '../../rules/models/model-id.ts';
import {
  type PassedOver,
  type RoutableModel,
  type Routing,
  routeModels,
} from '../../rules/models/routing.ts';
import type { ModelCandidate } from '../../store/models/candidates.ts';
import { resolveModel } from '../models/model.ts';
import { readCandidates } from '../models/select-model.ts';

/**
 * The models of an orchestration, best first. Unavailable preferred ones are skipped and reported.
 * @throws DomainError UNKNOWN_MODEL when there is none at all
 */
export async function route(
  context: Context,
  wishes: { preferredModels: readonly string[]; domain: string | null },
): Promise<Routing> {
  const domain = wishes.domain?.trim().toLowerCase() ?? null;
  const candidates = await readCandidates(context);
  const { preferred, passedOver } = await resolvePreferred(
    context,
    wishes.preferredModels,
    candidates.map(toRoutable),
  );
  const choice = chooseModel(candidates, { ...NO_NEEDS, wishes: domain === null ? [] : [domain] });
  const best = choice ? [choice.selected, ...choice.alternatives] : [];
  const routing = routeModels(
    { models: best.map(({ model }) => toRoutable(model)), reason: choice?.reason ?? '' },
    { preferred, passedOver, domain },
  );
  if (routing.candidates.length > 0) return routing;
  throw new DomainError('UNKNOWN_MODEL', 'there is no active model to choose from');
}

function toRoutable({ provider, modelId, capabilities, specialties }: ModelCandidate): RoutableModel {
  return { provider, model: modelId, goodAt: [...capabilities, ...specialties] };
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
      preferred.push({ ...resolved, goodAt: talentsOf(resolved, models) });
  }
  return { preferred, passedOver };
}

const WHY: Partial<Record<ErrorCode, string>> = {
  UNKNOWN_MODEL: 'there is no such model',
  PROVIDER_NOT_CONFIGURED: 'its provider is not configured',
  VALIDATION_ERROR: 'it does not answer prompts',
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

/**
 * A version of a model, or one with settings after an `@`, has the specialties of the model in the catalog.
 */
function talentsOf({ provider, model }: ModelReference, models: readonly RoutableModel[]) {
  const [id] = model.split('@');
  return models.find((one) => one.provider === provider && one.model === id)?.goodAt ?? [];
}
