import { type Candidate, type ModelChoice, takeChoice } from '../rules/models/choice.ts';
import type { Asked } from './prepare-task.ts';

export type AskedModel = Pick<Asked, 'fallbackModels' | 'fallbackIsOurs' | 'events'> & {
  provider: NonNullable<Asked['provider']>;
  model: NonNullable<Asked['model']>;
};

/** The choice that was made for a caller who names no model, with the fallbacks that come with it. */
export function chosenModel(choice: ModelChoice<Candidate>): AskedModel {
  const { fallbacks, told, ...chosen } = takeChoice(choice);
  return {
    ...chosen,
    fallbackModels: fallbacks,
    fallbackIsOurs: true,
    events: [{ type: 'ModelSelected', data: told }],
  };
}
