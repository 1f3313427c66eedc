import type { Candidate, ModelChoice } from '../rules/models/choice.ts';
import type { Asked } from './prepare-task.ts';

export type AskedModel = Pick<Asked, 'fallbackModels' | 'fallbackIsOurs' | 'events'> & {
  provider: NonNullable<Asked['provider']>;
  model: NonNullable<Asked['model']>;
};

/** Maximum number of fallbacks; after so many failures the client has waited long enough. */
const MAX_FALLBACKS = 3;

/** The choice that was made for a caller who names no model, with its fallbacks and what the log says about it. */
export function chosenModel({ selected, alternatives, reason }: ModelChoice<Candidate>): AskedModel {
  const { provider, modelId: model } = selected.model;
  const others = alternatives.map((other) => ({
    provider: other.model.provider,
    model: other.model.modelId,
  }));
  const names = others.map((each) => `${each.provider}/${each.model}`);
  return {
    provider,
    model,
    fallbackModels: others.slice(0, MAX_FALLBACKS),
    fallbackIsOurs: true,
    events: [{ type: 'ModelSelected', data: { provider, model, reason, alternatives: names } }],
  };
}
