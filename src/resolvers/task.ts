import { z } from 'zod';
import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { newId } from '../rules/ids.ts';
import type { PromptParameters } from '../rules/task.ts';
import { cancelRun } from '../store/cancel-run.ts';
import { createTask as insertTask } from '../store/create-task.ts';
import { findTask, type TaskRow } from '../store/tasks.ts';
import { TASK_KINDS } from '../vocabulary.ts';
import { resolveModel } from './model.ts';
import { text, validate } from './validate.ts';
import { requireViewer } from './viewer.ts';

const MAX_PROMPT = 1_000_000;
const DEFAULT_PRIORITY = 5;

const parameters = z.object({
  temperature: z.number().min(0).max(2).nullish(),
  topP: z.number().min(0).max(1).nullish(),
  maxTokens: z.number().int().min(1).max(1_000_000).nullish(),
  stop: z
    .array(text({ min: 1, max: 200 }))
    .max(4)
    .nullish(),
  seed: z.number().int().nullish(),
});

const newTask = z.object({
  kind: z.enum(TASK_KINDS).nullish(),
  prompt: text({ min: 1, max: MAX_PROMPT }).refine((prompt) => prompt.trim() !== '', 'must not be blank'),
  system: text({ max: MAX_PROMPT }).nullish(),
  model: text({ min: 1, max: 200 })
    .regex(/^[^\p{C}\p{Z}]([^\p{C}]*[^\p{C}\p{Z}])?$/u, 'must be printable characters')
    .nullish(),
  parameters: parameters.nullish(),
});

export async function createTask(context: Context, input: unknown): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const given = validate(newTask, input, 'input');
  const { provider, model, events } = await resolveModel(context, given.model ?? null, 'input.model');
  const id = newId();
  const kind = given.kind ?? 'prompt';
  await insertTask(context.store, {
    id,
    ownerId: userId,
    origin: context.origin,
    kind,
    prompt: given.prompt,
    system: given.system ?? null,
    parameters: withoutNulls(given.parameters ?? {}),
    provider,
    model,
    priority: DEFAULT_PRIORITY,
    events: [{ type: 'RunCreated', data: { kind } }, ...events],
  });
  return task(context, id);
}

function withoutNulls(given: z.infer<typeof parameters>): PromptParameters {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  );
}

/** @throws DomainError NOT_FOUND, for another user's task too. */
export async function task(context: Context, id: string): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const found = await findTask(context.store.database, userId, id);
  if (!found) throw new DomainError('NOT_FOUND', 'there is no such task');
  return found;
}

/**
 * After the answer no later token of the task exists. Cancelling what is cancelled already is no error.
 * @throws DomainError NOT_FOUND, INVALID_STATE when the task ended otherwise.
 */
export async function cancelTask(context: Context, id: string, reason: string | null): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const given = validate(z.object({ reason: text({ max: 1000 }).nullable() }), { reason }, 'input');
  const cancelled = await cancelRun(context.store, { runId: id, ownerId: userId, reason: given.reason });
  const row = await task(context, id);
  if (!cancelled && row.status !== 'cancelled') {
    const message = `input.id: the task is ${row.status} already and cannot be cancelled`;
    throw new DomainError('INVALID_STATE', message, { field: 'input.id' });
  }
  return row;
}
