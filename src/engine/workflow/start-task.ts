import { newId } from '../../rules/ids.ts';
import { renderLiquid } from '../../rules/liquid.ts';
import type { WorkflowStep } from '../../rules/workflow.ts';
import type { NextTry, Try } from '../../rules/workflow-plan.ts';
import { insertTask, type NewTask } from '../../store/create-task.ts';
import { contentsOf, type Draft, readScope, stepOf } from './draft.ts';
import { failInLiquid } from './fail-step.ts';

/** Makes the task of a step, or of one item of its list; what cannot be asked fails the step. */
export async function startTask(draft: Draft, next: NextTry): Promise<void> {
  const step = stepOf(draft, next.step);
  // What an item before it has failed is not begun.
  if (draft.steps.find(({ key }) => key === step.id)!.status !== 'running') return;
  const prompt = await promptOf(draft, step, next.item);
  if (prompt === null) return;
  const task = newTask(draft, step, next, prompt);
  const created = await insertTask(draft.client, task, 0);
  draft.created.push(...created!.events);
  draft.tries.push(fresh(draft, next, task.id));
  const item = step.forEach === null ? null : next.item;
  const data = { stepId: step.id, taskId: task.id, item, attempt: next.attempt, after: next.after };
  draft.events.push({ type: 'StepTaskCreated', data });
}

/** null: it has no prompt, and the step has failed. */
async function promptOf(draft: Draft, step: WorkflowStep, index: number): Promise<string | null> {
  try {
    const prompt = renderLiquid(step.task, await scopeOfItem(draft, step, index));
    if (prompt.trim() === '') throw new Error('the task came out empty');
    return prompt;
  } catch (thrown) {
    failInLiquid(draft, step.id, thrown);
    return null;
  }
}

async function scopeOfItem(
  draft: Draft,
  { id, forEach }: WorkflowStep,
  index: number,
): Promise<Record<string, unknown>> {
  const scope = await readScope(draft);
  if (forEach === null) return { ...scope };
  const contents = await contentsOf(draft);
  const item = contents.find(({ key }) => key === id)!.items![index];
  return { ...scope, item, index };
}

function newTask(
  { execution, workers }: Draft,
  step: WorkflowStep,
  { item, attempt }: NextTry,
  prompt: string,
): NewTask {
  const { kind, provider, model, events } = workers[step.id]!;
  return {
    id: newId(),
    ownerId: execution.ownerId,
    origin: execution.origin,
    kind,
    type: null,
    sessionId: null,
    agent: null,
    template: null,
    prompt,
    system: null,
    parameters: step.parameters,
    provider,
    model,
    fallbackModels: [],
    responseSchema: step.responseSchema,
    threadId: null,
    maxCost: null,
    priority: execution.priority,
    hold: false,
    parent: { runId: execution.id, stepKey: step.id, stepItem: item, stepAttempt: attempt },
    dependsOn: [],
    idempotency: null,
    events: [{ type: 'RunCreated', data: { kind } }, ...events],
  };
}

function fresh({ execution }: Draft, { step, item, attempt }: NextTry, taskId: string): Try {
  const ended = { cancelReason: null, error: null, endedAt: null };
  return { taskId, step, item, attempt, status: 'queued', createdAt: execution.now, ...ended };
}
