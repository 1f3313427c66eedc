import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import { DomainError } from '../../../errors.ts';
import { graphql } from '../../handling/documents.ts';
import { namesIn } from './model-names.ts';
import { documentedCapabilities, MODEL, modelShape, perToken } from './model-shape.ts';
import { PROVIDER_WORD } from './provider-words.ts';

export const CANDIDATE = graphql(
  'fragment Candidate on Model { ...Model estimatedCost(inputTokens: $tokens) }',
  [MODEL],
);
export type Candidate = ResultOf<typeof CANDIDATE>;

export const SELECTION = graphql(
  `query selectModel($input: SelectModelInput!, $tokens: Int!) {
    selectModel(input: $input) {
      selected { model { ...Candidate } }
      alternatives { model { ...Candidate } }
    }
  }`,
  [CANDIDATE],
);
type Selection = NonNullable<ResultOf<typeof SELECTION>['selectModel']>;

const candidateShape = modelShape
  .pick({
    id: true,
    name: true,
    provider: true,
    capabilities: true,
    context_window: true,
    cost_per_token: true,
  })
  .extend({ cost_per_token: z.number() });

export const selectionShape = z.object({
  selected_model: candidateShape,
  alternatives: z.array(candidateShape),
  estimated_cost: z.object({ tokens: z.int(), cost: z.number() }),
});

export function candidatesOf({ selected, alternatives }: Selection): Candidate[] {
  return [selected, ...alternatives].map(({ model }) => model);
}

/** @param candidates the selected one first; those with an unknown price are skipped */
export function showSelection(
  candidates: readonly Candidate[],
  tokens: number,
): z.input<typeof selectionShape> {
  const nameIn = namesIn(candidates);
  const [selected, ...alternatives] = candidates.flatMap((model) => {
    const { name, provider, contextWindow, estimatedCost } = model;
    if (estimatedCost === null) return [];
    const shown = {
      id: nameIn(model),
      name,
      provider: PROVIDER_WORD[provider],
      capabilities: documentedCapabilities(model),
      context_window: contextWindow,
      cost_per_token: perToken(estimatedCost, tokens),
    };
    return [{ shown, cost: estimatedCost }];
  });
  if (!selected) throw new DomainError('PRICE_UNKNOWN', 'no suitable model has a known price');
  return {
    selected_model: selected.shown,
    alternatives: alternatives.map(({ shown }) => shown),
    estimated_cost: { tokens, cost: selected.cost },
  };
}
