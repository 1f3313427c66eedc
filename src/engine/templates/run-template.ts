import { coerceError, DomainError } from '../../errors.ts';
import { ProviderError } from '../../providers/provider.ts';
import type { TemplateResult } from '../../rules/tasks/task.ts';
import type { TemplateStep } from '../../rules/templates/template.ts';
import { outlastConnectionLoss } from '../../store/database/connection-loss.ts';
import type { NewEvent } from '../../store/log/events.ts';
import { type Lease, LeaseLost } from '../../store/log/lease.ts';
import { beginStep, completeStep, readSteps } from '../../store/runs/checkpoints.ts';
import type { StartedTemplate } from '../../store/runs/claims/load-claimed-task.ts';
import { hasEnded } from '../../store/runs/end-run.ts';
import type { TemplateStepType } from '../../vocabulary.ts';
import type { EngineContext } from '../context.ts';
import { sandboxOf } from '../sandbox/sandbox.ts';
import { generate, ollamaGenerate } from './generate.ts';
import { gitClone } from './git-clone.ts';
import { runScript } from './run-script.ts';
import { fillStep, type StepOutput, type StepRunner, type StepWork, stepOutput } from './step-work.ts';
import { storeOutput } from './store-output.ts';
import { dropWorkspace, hasWorkspace } from './workspace.ts';

const STEP_RUNNERS: { [Type in TemplateStepType]: StepRunner<Extract<TemplateStep, { type: Type }>> } = {
  generate,
  ollama_generate: ollamaGenerate,
  git_clone: gitClone,
  run_script: runScript,
  store_output: storeOutput,
};

/** Their results are lost with the working directory. */
const LEAVES_FILES: readonly TemplateStepType[] = ['git_clone', 'run_script'];

/**
 * Executes the steps of a template in order, each as a checkpoint: a completed one is not repeated, unless
 * its files were lost with the machine of the previous worker.
 * @throws DomainError and ProviderError that name the step, LeaseLost
 */
export async function runTemplate(
  engine: EngineContext,
  lease: Lease,
  task: StartedTemplate,
): Promise<TemplateResult> {
  const context = { ...engine, sandbox: sandboxOf(engine.sandbox, task.ownerId) };
  const { steps } = task.plan;
  const outputs: Record<string, StepOutput> = {};
  try {
    const finished = await finishedSteps(context, task);
    for (const [index, step] of steps.entries()) {
      const progress = (index + 1) / steps.length;
      outputs[step.id] =
        finished.get(step.id) ?? (await doStep({ context, lease, task, step }, outputs, progress));
    }
  } catch (error) {
    const isLost = lease.signal.aborted || error instanceof LeaseLost;
    // Another attempt may already be working in it, unless the run has ended.
    if (!isLost || (await hasEnded(context.store.database, task.id))) await clearUp(context, task);
    throw error;
  }
  await clearUp(context, task);
  return resultOf(steps, outputs);
}

async function finishedSteps(
  context: EngineContext,
  task: StartedTemplate,
): Promise<Map<string, StepOutput>> {
  const rows = await readSteps(context.store.database, task.id);
  const done = rows.filter(({ status }) => status === 'completed');
  const finished = new Map(done.map(({ key, output }) => [key, stepOutput.parse(output)]));
  const needsFiles = task.plan.steps.some((step) => !finished.has(step.id) && usesFiles(step));
  if (needsFiles && !(await hasWorkspace(context, task))) {
    for (const { id, type } of task.plan.steps) if (LEAVES_FILES.includes(type)) finished.delete(id);
  }
  return finished;
}

function usesFiles(step: TemplateStep): boolean {
  return LEAVES_FILES.includes(step.type) || (step.type === 'store_output' && step.path !== null);
}

async function doStep(
  given: Omit<StepWork<TemplateStep>, 'filled'>,
  outputs: Readonly<Record<string, StepOutput>>,
  progress: number,
): Promise<StepOutput> {
  const { context, lease, step } = given;
  const data = { stepId: step.id, stepType: step.type };
  await outlastConnectionLoss(() =>
    beginStep(context.store, lease, step.id, [{ type: 'StepStarted', data }]),
  );
  const output = await executeStep(given, outputs);
  const events: NewEvent[] = [
    { type: 'StepCompleted', data },
    // The end of the run implies full progress.
    ...(progress < 1 ? [{ type: 'ProgressMade', data: { progress } } as const] : []),
  ];
  await outlastConnectionLoss(() => completeStep(context.store, lease, { key: step.id, output, events }));
  return output;
}

async function executeStep(
  given: Omit<StepWork<TemplateStep>, 'filled'>,
  outputs: Readonly<Record<string, StepOutput>>,
): Promise<StepOutput> {
  const { context, task, step } = given;
  try {
    const filled = await fillStep({
      context,
      task,
      step,
      outputs,
      secrets: await secretsOf(context, task, step),
    });
    return await (STEP_RUNNERS[step.type] as StepRunner<TemplateStep>)({ ...given, filled });
  } catch (error) {
    throw named(step, error);
  }
}

/** Only the `token` of a step may use secrets. */
async function secretsOf(
  { secrets }: EngineContext,
  { secrets: sealed }: StartedTemplate,
  step: TemplateStep,
): Promise<Record<string, unknown>> {
  const needsThem = step.type === 'git_clone' && step.token !== null && sealed !== null;
  return needsThem ? JSON.parse(await secrets.open(sealed)) : {};
}

function named({ id }: TemplateStep, error: unknown): unknown {
  const { message } = coerceError(error);
  const told = `step ${id}: ${message}`;
  if (error instanceof DomainError) return new DomainError(error.code, told, error.details, { cause: error });
  if (error instanceof ProviderError) return new ProviderError(error.code, told, { cause: error });
  return error;
}

async function clearUp(context: EngineContext, task: StartedTemplate): Promise<void> {
  await dropWorkspace(context, task).catch((error) => {
    const { message } = coerceError(error);
    context.log.warn({ task: task.id, error: message }, 'a working directory could not be removed');
  });
}

/**
 * Long texts are in artifacts and in the checkpoints of the log; the output of the last step is the result.
 */
function resultOf(steps: readonly TemplateStep[], outputs: Record<string, StepOutput>): TemplateResult {
  return {
    output: outputs[steps.at(-1)!.id]!.output,
    steps: steps.map(({ id, type }) => {
      const { output: _output, stderr: _stderr, callId: _callId, ...kept } = outputs[id]!;
      return { id, type, ...kept };
    }),
  };
}
