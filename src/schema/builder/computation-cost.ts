/** A prediction reads up to 1,000 tasks and fits a model to them, so a document may ask for only a few. */
export const PREDICTION_COST = { field: 1_500, multiplier: 1 };

/**
 * Compiling a schema takes up to about 20 ms of a thread; resolving a field takes some tens of microseconds.
 */
const SCHEMA = 500;

/** Checking all Liquid texts and schemas of a workflow or template. */
export const DEFINITION_COST = { field: 1_000, multiplier: 1 };

/** Most templates take the model of a step from a parameter, so the step has to be rendered. */
const TEMPLATE = 100;

interface PricedTask {
  predict?: boolean | null | undefined;
  responseSchema?: unknown;
  templateId?: unknown;
  templateName?: unknown;
}

/** Creating a task costs as much as a field, plus what has to be computed before. */
export function taskCost({ input }: { input: PricedTask }) {
  const { predict, responseSchema, templateId, templateName } = input;
  const prices = [
    predict ? PREDICTION_COST.field : 0,
    responseSchema ? SCHEMA : 0,
    templateId || templateName ? TEMPLATE : 0,
  ];
  return { field: Math.max(1, ...prices), multiplier: 1 };
}
