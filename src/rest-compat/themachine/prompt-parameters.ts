import { z } from 'zod';
import { integer, jsonBody, list, number, text, withoutAbsent } from '../shapes/input.ts';

/** Sampling settings. */
export const promptParameters = jsonBody({
  temperature: number().nullish(),
  top_p: number().nullish(),
  max_tokens: integer().nullish(),
  stop: list(text()).nullish(),
  seed: integer().nullish(),
});

/** Where they may also name a model. */
export const modelParameters = promptParameters.extend({ model: text().nullish() });

export const parametersShape = z.object({
  temperature: z.number().optional(),
  top_p: z.number().optional(),
  max_tokens: z.int().optional(),
  stop: z.array(z.string()).optional(),
  seed: z.int().optional(),
});

type Given = z.output<typeof promptParameters>;

export function parametersOf(given: Given | null | undefined) {
  return (
    given &&
    withoutAbsent({
      temperature: given.temperature,
      topP: given.top_p,
      maxTokens: given.max_tokens,
      stop: given.stop,
      seed: given.seed,
    })
  );
}

interface Known {
  temperature: number | null;
  topP: number | null;
  maxTokens: number | null;
  stop: string[] | null;
  seed: number | null;
}

/** Without those for which the vendor's defaults apply. */
export function showParameters(known: Known): z.input<typeof parametersShape> {
  return withoutAbsent({
    temperature: known.temperature ?? undefined,
    top_p: known.topP ?? undefined,
    max_tokens: known.maxTokens ?? undefined,
    stop: known.stop ?? undefined,
    seed: known.seed ?? undefined,
  });
}
