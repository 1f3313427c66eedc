import type { Context } from '../../context.ts';
import { abilityFor } from '../../rules/agents/agent.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import { workOf } from '../../rules/prediction/outcomes.ts';
import type { ReportedPrediction } from '../../rules/prediction/prediction.ts';
import { type PredictionCalibration, readCalibration } from '../../store/analytics/prediction-calibration.ts';
import type { ModelAbility } from '../../vocabulary.ts';
import { chooseForCaller, resolveModel } from '../models/model.ts';
import { refuseIssues, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { chosenTemplate, INPUT_FIELDS } from '../templates/template.ts';
import { openPredictor } from './predict-work.ts';
import { chosenAgent } from './task-agent.ts';
import { kindOf, type PredictedTask, predictedTask } from './task-input.ts';

/**
 * The prediction that `createTask` with `predict` would return for the same input.
 * @throws DomainError VALIDATION_ERROR, NOT_FOUND, INVALID_STATE, UNKNOWN_MODEL, PROVIDER_NOT_CONFIGURED
 */
export async function predictTask(context: Context, input: unknown): Promise<ReportedPrediction> {
  requireViewer(context);
  const given = validate(predictedTask, input, 'input');
  const kind = kindOf(given);
  const type = given.type ?? null;
  const performer = {
    prompt: (asker: Context, asked: PredictedTask) => ofPrompt(asker, asked),
    agent: ofAgent,
    template: ofTemplate,
  }[kind];
  const [chosen, predict] = await Promise.all([performer(context, given), openPredictor(context)]);
  return predict(workOf({ kind, type, ...NOBODY, ...chosen }));
}

const NOBODY = { agentId: null, templateName: null, provider: null, model: null };

async function ofPrompt(
  context: Context,
  { model, type = null }: PredictedTask,
  needed: ModelAbility = 'text',
): Promise<ModelReference> {
  return model
    ? resolveModel(context, model, 'input.model', needed)
    : chooseForCaller(context, { length: 0, type, needed });
}

async function ofAgent(context: Context, given: PredictedTask) {
  const { chosen } = await chosenAgent(context, given);
  const own = chosen.model && `${chosen.provider}/${chosen.model}`;
  const { provider, model } = await ofPrompt(
    context,
    { ...given, model: given.model ?? own },
    abilityFor(chosen.tools),
  );
  return { agentId: chosen.id, provider, model };
}

/** The models of a template's steps depend on its parameters. */
async function ofTemplate(context: Context, { templateId: id, templateName: name, model }: PredictedTask) {
  if (model) refuseIssues([{ field: 'input.model', message: 'is not allowed for a template' }]);
  const template = await chosenTemplate(context, { id, name }, INPUT_FIELDS);
  return { templateName: template.name };
}

/** The accuracy of the predictions stored with the viewer's tasks. */
export async function predictionCalibration(context: Context): Promise<PredictionCalibration> {
  const { userId } = requireViewer(context);
  return readCalibration(context.store.database, userId);
}
