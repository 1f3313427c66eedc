import { PREDICTION_COST } from './task-prediction.ts';

/** A fiftieth of a second of a thread, as a field is some ten microseconds. */
const SCHEMA = 500;

/** The texts and schemas of a whole workflow or template. */
export const DEFINITION_COST = { field: 1_000, multiplier: 1 };

/** Most templates name the model of a step by a parameter. */
const TEMPLATE = 100;

interface PricedTask {
  predict?: boolean | null | undefined;
  responseSchema?: unknown;
  templateId?: unknown;
  templateName?: unknown;
}

/** A task costs no more than a field, but for what is computed before it is made. */
export function taskCost({ input }: { input: PricedTask }) {
  const { predict, responseSchema, templateId, templateName } = input;
  const prices = [
    predict ? PREDICTION_COST.field : 0,
    responseSchema ? SCHEMA : 0,
    templateId || templateName ? TEMPLATE : 0,
  ];
  return { field: Math.max(1, ...prices), multiplier: 1 };
}
