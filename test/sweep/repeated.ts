const MODEL = 'models that do not exist or cannot be used: the name may be that of an agent or a template';
const LIQUID = 'names that an expression reads without there being such a variable';
const STEP = 'steps that others wait for without there being such a step';

/**
 * Fields of GraphQL whose text may be in an error, and why that helps. No error repeats what another field was sent,
 * and some error repeats what each of these was.
 */
export const REPEATED_FIELDS: Record<string, string> = {
  'CreateAgentInput.model': MODEL,
  'CreateTaskInput.fallbackModels': MODEL,
  'CreateTaskInput.model': MODEL,
  'ExecuteAgentInput.model': MODEL,
  'PredictTaskInput.model': MODEL,
  'UpdateAgentInput.model': MODEL,
  'UpdateTaskInput.model': MODEL,
  'WorkflowStepInput.condition': LIQUID,
  'WorkflowStepInput.dependsOn': STEP,
  'WorkflowStepInput.forEach': LIQUID,
  'WorkflowStepInput.model': MODEL,
};

/** The same for places of the dialects, by part and member. */
export const REPEATED_PARTS: Record<string, string> = {
  'body.model': MODEL,
  'body.model_id': MODEL,
  'body.parameters.model': MODEL,
  'body.steps.condition': LIQUID,
  'body.steps.depends_on': STEP,
  'body.steps.for_each': LIQUID,
  'body.steps.model_id': MODEL,
};
