import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { type AskedModel, chosenModel } from '../../new-tasks/chosen-model.ts';
import { needsOf } from '../../rules/models/choice.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import { PROVIDER_FACTS } from '../../rules/models/provider-facts.ts';
import type { ModelAbility, ProviderId } from '../../vocabulary.ts';
import { requireViewer } from '../request/viewer.ts';
import { choose, readCandidates } from './select-model.ts';

/**
 * @param field the argument that names it @param needed the required ability
 * @throws DomainError UNKNOWN_MODEL, PROVIDER_NOT_CONFIGURED, VALIDATION_ERROR when its server reports that
 * it lacks the ability
 */
export async function resolveModel(
  context: Context,
  name: string,
  field: string,
  needed: ModelAbility = 'text',
): Promise<ModelReference> {
  const resolved = await context.store.lookups.model(requireViewer(context).userId, name);
  if (!resolved) throw await unknownModel(context, name, field);
  const { provider, model, lacks } = resolved;
  if (!context.providers.includes(provider)) throw notConfigured(provider, name, field);
  const lacking = (['text', needed] as const).find((ability) => lacks.includes(ability));
  if (lacking) throw await unable(context, name, field, lacking);
  return { provider, model };
}

/** Resolves several named models, in order. @throws as `resolveModel`, with the index in the list */
export function resolveModels(
  context: Context,
  names: readonly string[],
  field: string,
  needed: ModelAbility = 'text',
): Promise<ModelReference[]> {
  return Promise.all(names.map((name, index) => resolveModel(context, name, `${field}.${index}`, needed)));
}

/** Typical for English prose. */
const CHARACTERS_PER_TOKEN = 4;

/**
 * Chooses a model for a request that names none.
 * @param length of the prompt, in characters @param type of the work; null: any @param needed the required
 * ability
 * @throws DomainError UNKNOWN_MODEL
 */
export async function chooseForCaller(
  context: Context,
  { length, type, needed = 'text' }: { length: number; type: string | null; needed?: ModelAbility },
): Promise<AskedModel> {
  const contextSize = Math.ceil(length / CHARACTERS_PER_TOKEN);
  const needs = needsOf(needed).map((one) => ({ ...one, wishes: type === null ? [] : [type.toLowerCase()] }));
  const choice = await choose(context, ...needs.flatMap((one) => [{ ...one, contextSize }, one]));
  return chosenModel(choice);
}

async function unknownModel(context: Context, name: string, field: string): Promise<DomainError> {
  const allowed = (await readCandidates(context)).map(({ modelId }) => modelId);
  const message = `${field}: there is no model ${JSON.stringify(name)}; there are ${allowed.join(', ')}`;
  return new DomainError('UNKNOWN_MODEL', message, { field, allowed });
}

const CANNOT: Record<ModelAbility, string> = {
  text: 'does not answer prompts',
  tools: 'cannot call tools, which the agent requires',
};

/** Its server would reject the request, or answer without using tools. */
async function unable(
  context: Context,
  name: string,
  field: string,
  lacking: ModelAbility,
): Promise<DomainError> {
  const able = (await readCandidates(context)).filter(
    ({ lacks }) => !lacks.includes('text') && !lacks.includes(lacking),
  );
  const allowed = able.map(({ modelId }) => modelId);
  const message = `${field}: ${name} ${CANNOT[lacking]}; there are ${allowed.join(', ')}`;
  return new DomainError('VALIDATION_ERROR', message, { field, allowed });
}

function notConfigured(provider: ProviderId, name: string, field: string): DomainError {
  const message = `${field}: ${name} is served by ${provider}, which is not configured; set ${PROVIDER_FACTS[provider].variables ?? 'nothing'}`;
  return new DomainError('PROVIDER_NOT_CONFIGURED', message, { field });
}
