import { z } from 'zod';
import { integer, missingOr, number, text } from '../shapes/input.ts';

/** Free parameters; three of them are sampling settings. */
export const workParameters = z.looseObject(
  { model: text().nullish(), temperature: number().nullish(), max_tokens: integer().nullish() },
  { error: missingOr('must be a JSON object') },
);

type Given = z.output<typeof workParameters>;

/**
 * As fields of GraphQL: the sampling settings are not part of the work, and are not sent to the model as
 * text.
 */
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

/** All parameters; the model is a separate field. */
export function showParameters({ taskParameters, parameters }: Known): Record<string, unknown> {
  const { temperature, maxTokens } = parameters;
  return {
    ...(taskParameters as Record<string, unknown> | null),
    ...(temperature !== null && { temperature }),
    ...(maxTokens !== null && { max_tokens: maxTokens }),
  };
}
