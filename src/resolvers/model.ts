import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { chooseModel } from '../rules/model-choice.ts';
import type { ModelReference } from '../rules/model-id.ts';
import type { NewEvent } from '../store/events.ts';
import { findModels } from '../store/model-catalog.ts';
import type { ProviderId } from '../vocabulary.ts';

export interface ResolvedModel extends ModelReference {
  /** What the run's log says about the choice; empty when the caller made it. */
  events: NewEvent[];
}

/** @throws DomainError UNKNOWN_MODEL, PROVIDER_NOT_CONFIGURED */
export async function resolveModel(
  context: Context,
  name: string | null,
  field: string,
): Promise<ResolvedModel> {
  if (name === null) return chooseForCaller(context);
  const reference = await context.store.lookups.model(name);
  if (!reference) throw await unknownModel(context, name, field);
  if (!context.providers.includes(reference.provider)) throw notConfigured(reference.provider, name, field);
  return { ...reference, events: [] };
}

/** Several that the caller named, in order. @throws as `resolveModel`, with the place in the list. */
export function resolveModels(
  context: Context,
  names: readonly string[],
  field: string,
): Promise<ModelReference[]> {
  return Promise.all(
    names.map(async (name, index) => {
      const { provider, model } = await resolveModel(context, name, `${field}.${index}`);
      return { provider, model };
    }),
  );
}

async function chooseForCaller(context: Context): Promise<ResolvedModel> {
  const candidates = await findModels(context.store.database, { providers: context.providers, name: null });
  const choice = chooseModel(candidates);
  if (!choice) throw new DomainError('UNKNOWN_MODEL', 'there is no active model to choose from');
  const { provider, modelId: model } = choice.selected;
  const alternatives = choice.alternatives.map((other) => `${other.provider}/${other.modelId}`);
  const data = { provider, model, reason: choice.reason, alternatives };
  return { provider, model, events: [{ type: 'ModelSelected', data }] };
}

async function unknownModel(context: Context, name: string, field: string): Promise<DomainError> {
  const models = await findModels(context.store.database, { providers: context.providers, name: null });
  const allowed = models.map(({ modelId }) => modelId);
  const message = `${field}: there is no model ${JSON.stringify(name)}; there are ${allowed.join(', ')}`;
  return new DomainError('UNKNOWN_MODEL', message, { field, allowed });
}

const VARIABLES: Record<ProviderId, string> = {
  openai: 'OPENAI_API_KEY or OPENAI_BASE_URL',
  anthropic: 'ANTHROPIC_API_KEY or ANTHROPIC_BASE_URL',
  azure: 'AZURE_OPENAI_API_KEY and AZURE_OPENAI_ENDPOINT',
  ollama: 'OLLAMA_HOST',
  demo: 'nothing',
};

function notConfigured(provider: ProviderId, name: string, field: string): DomainError {
  const message = `${field}: ${name} is served by ${provider}, which is not configured; set ${VARIABLES[provider]}`;
  return new DomainError('PROVIDER_NOT_CONFIGURED', message, { field });
}
