import { type Asked, NOTHING_ASKED, prepareTask } from '../../new-tasks/prepare-task.ts';
import { isPlain } from '../../rules/liquid/text.ts';
import { storable } from '../../rules/text/text.ts';
import type { TaskQuestion, TaskReply, TemplateReply } from '../../rules/workflows/liquid.ts';
import type { NextTry, Try } from '../../rules/workflows/plan.ts';
import type { WorkflowStep } from '../../rules/workflows/workflow.ts';
import { isConnectionLoss } from '../../store/database/connection-loss.ts';
import { freshId } from '../../store/database/fresh-id.ts';
import { insertTask } from '../../store/tasks/insert-task.ts';
import type { NewTask } from '../../store/tasks/new-task.ts';
import { knownRunError } from '../run-error.ts';
import { answerTo } from './answers.ts';
import { contentsOf, type Draft, stepOf } from './draft.ts';
import { failInLiquid, failStep } from './fail-step.ts';
import { askStepTemplate, ModelNeeded, templateQuestion } from './template-task.ts';

/** Creates the task of a step, or of one item of its list; a task that cannot be created fails the step. */
export async function startTask(draft: Draft, next: NextTry): Promise<void> {
  const step = stepOf(draft, next.step);
  // Items after a failed one are not started.
  if (draft.steps.find(({ key }) => key === step.id)!.status !== 'running') return;
  const asked = await askedOf(draft, step, next);
  if (asked === null) return;
  const task = newTask(draft, step, next, asked);
  if (!(await isCovered(draft, step.id, task))) return;
  const created = await insertTask(draft.client, task, 0);
  draft.created.push(...created!.events);
  draft.tries.push(fresh(draft, next, task.id));
  const item = step.forEach === null ? null : next.item;
  const data = { stepId: step.id, taskId: task.id, item, attempt: next.attempt, after: next.after };
  draft.events.push({ type: 'StepTaskCreated', data });
}

/** Whether the quota of the owner covers the task; if not, the step has failed. */
async function isCovered(draft: Draft, key: string, task: NewTask): Promise<boolean> {
  const bytes = Buffer.byteLength(JSON.stringify(task));
  try {
    await draft.quotas.require(task.ownerId, { runs: 1, bytes }, draft.client);
    return true;
  } catch (thrown) {
    const error = knownRunError(thrown);
    if (!error) throw thrown;
    failStep(draft, key, error);
    return false;
  }
}

/** null: it cannot be created, and the step has failed. */
async function askedOf(draft: Draft, step: WorkflowStep, next: NextTry): Promise<Asked | null> {
  try {
    return await ask(draft, step, next);
  } catch (thrown) {
    if (thrown instanceof ModelNeeded || isConnectionLoss(thrown)) throw thrown;
    failInLiquid(draft, step.id, thrown);
    return null;
  }
}

async function ask(draft: Draft, step: WorkflowStep, next: NextTry): Promise<Asked> {
  const worker = draft.workers[step.id]!;
  const question = await taskQuestion(draft, next);
  const reply: TaskReply = question ? answerTo(draft, question) : { prompt: storable(step.task) };
  if (reply.problem !== undefined) throw new Error(reply.problem);
  if (worker.kind === 'template') return askStepTemplate(draft, worker, reply as TemplateReply);
  const { prompt } = reply as { prompt: string };
  if (prompt.trim() === '') throw new Error('the prompt is empty after rendering');
  const { kind: _kind, ...asked } = worker;
  const { parameters, responseSchema } = step;
  return { ...NOTHING_ASKED, parameters, responseSchema, ...asked, prompt };
}

/** The question to answer before a task is created; null: none. */
export async function taskQuestion(draft: Draft, next: NextTry): Promise<TaskQuestion | null> {
  const step = stepOf(draft, next.step);
  const worker = draft.workers[step.id]!;
  if (worker.kind !== 'template' && isPlain(step.task)) return null;
  const asked =
    worker.kind === 'template' ? templateQuestion(worker, step.templateParameters) : { prompt: step.task };
  const key = `task ${step.id} ${next.item} ${next.attempt}`;
  return { kind: 'task', key, asked, more: await itemOf(draft, step, next.item) };
}

async function itemOf(
  draft: Draft,
  { id, forEach }: WorkflowStep,
  index: number,
): Promise<TaskQuestion['more']> {
  if (forEach === null) return null;
  const contents = await contentsOf(draft);
  return { item: contents.find(({ key }) => key === id)!.items![index], index };
}

function newTask({ execution, workers }: Draft, step: WorkflowStep, next: NextTry, asked: Asked): NewTask {
  const settings = {
    ownerId: execution.ownerId,
    origin: execution.origin,
    kind: workers[step.id]!.kind,
    priority: execution.priority,
    parent: { runId: execution.id, stepKey: step.id, stepItem: next.item, stepAttempt: next.attempt },
  };
  return { id: freshId(execution.origin, 'task'), ...prepareTask(settings, asked) };
}

function fresh({ execution }: Draft, { step, item, attempt }: NextTry, taskId: string): Try {
  const ended = { cancelReason: null, error: null, endedAt: null };
  return { taskId, step, item, attempt, status: 'queued', createdAt: execution.now, ...ended };
}
