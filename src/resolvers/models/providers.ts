import type { Context } from '../../context.ts';
import { chooseModel, NO_NEEDS } from '../../rules/models/choice.ts';
import { PROVIDER_FACTS } from '../../rules/models/provider-facts.ts';
import type { ModelCandidate } from '../../store/models/candidates.ts';
import type { ModelRow } from '../../store/models/models.ts';
import { PROVIDERS, type ProviderId } from '../../vocabulary.ts';
import { requireViewer } from '../request/viewer.ts';
import { readCandidates } from './select-model.ts';

export interface ProviderState {
  id: ProviderId;
  name: string;
  /** Number of models available to the viewer. */
  modelsCount: number;
  defaultModel: ModelRow | null;
}

/** All known providers, in the order in which a bare model id is searched. */
export async function providers(context: Context): Promise<ProviderState[]> {
  requireViewer(context);
  const byProvider = Map.groupBy(await readCandidates(context), ({ provider }) => provider);
  return PROVIDERS.map((id) => stateOf(id, byProvider.get(id) ?? []));
}

function stateOf(id: ProviderId, candidates: readonly ModelCandidate[]): ProviderState {
  const choice = chooseModel(candidates, NO_NEEDS);
  return {
    id,
    name: PROVIDER_FACTS[id].name,
    modelsCount: candidates.length,
    defaultModel: choice?.selected.model.row ?? null,
  };
}

/** Ollama needs no configuration, but has to be reachable; custom models have their own. */
export async function isConfigured(context: Context, state: ProviderState): Promise<boolean> {
  if (state.id === 'ollama') return context.reach.isReachable('ollama');
  if (state.id === 'custom') return state.modelsCount > 0;
  return context.providers.includes(state.id);
}
