import { z } from 'zod';
import { integer, missingOr, number, text } from '../shapes/input.ts';

/** Whatever its maker likes; three of them say how a model is asked. */
export const workParameters = z.looseObject(
  { model: text().nullish(), temperature: number().nullish(), max_tokens: integer().nullish() },
  { error: missingOr('must be a JSON object') },
);

type Given = z.output<typeof workParameters>;

/** In the members of GraphQL: those three are no part of the work, and the model is not told of them. */
export function parametersOf(given: Given | null | undefined) {
  const { model, temperature, max_tokens, ...ofWork } = given ?? {};
  return {
    model: model ?? null,
    parameters: { temperature: temperature ?? null, maxTokens: max_tokens ?? null },
    taskParameters: ofWork,
  };
}

interface Known {
  taskParameters: unknown;
  parameters: { temperature: number | null; maxTokens: number | null };
}

/** All of them; the model stands beside. */
export function showParameters({ taskParameters, parameters }: Known): Record<string, unknown> {
  const { temperature, maxTokens } = parameters;
  return {
    ...(taskParameters as Record<string, unknown> | null),
    ...(temperature !== null && { temperature }),
    ...(maxTokens !== null && { max_tokens: maxTokens }),
  };
}
