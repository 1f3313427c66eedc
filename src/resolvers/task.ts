import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { newId } from '../rules/ids.ts';
import { createTask as insertTask } from '../store/create-task.ts';
import { findTask, type TaskRow } from '../store/tasks.ts';
import { resolveModel, resolveModels } from './model.ts';
import { newTask, withoutNulls } from './task-input.ts';
import { thread } from './thread.ts';
import { validate } from './validate.ts';
import { requireViewer } from './viewer.ts';

const DEFAULT_PRIORITY = 5;

/** @throws DomainError for what is wrong with the input, with the field; CONFLICT for a key that was used before. */
export async function createTask(context: Context, input: unknown): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const given = validate(newTask, input, 'input');
  if (given.threadId) await thread(context, given.threadId, 'input.threadId');
  const { provider, model, events } = await resolveModel(context, given.model ?? null, 'input.model');
  const kind = given.kind ?? 'prompt';
  const id = await insertTask(context.store, {
    id: newId(),
    ownerId: userId,
    origin: context.origin,
    kind,
    prompt: given.prompt,
    system: given.system ?? null,
    parameters: withoutNulls(given.parameters ?? {}),
    provider,
    model,
    fallbackModels: await resolveModels(context, given.fallbackModels ?? [], 'input.fallbackModels'),
    responseSchema: given.responseSchema ?? null,
    threadId: given.threadId ?? null,
    maxCost: given.maxCost?.toFixed(12) ?? null,
    priority: given.priority ?? DEFAULT_PRIORITY,
    hold: given.hold ?? false,
    dependsOn: given.dependsOn ?? [],
    idempotency: idempotencyOf(given),
    events: [{ type: 'RunCreated', data: { kind } }, ...events],
  });
  return task(context, id);
}

/** Equal requests have equal hashes; a member that is null is the same as an absent one. */
function idempotencyOf({ idempotencyKey: key, ...body }: z.infer<typeof newTask>) {
  if (!key) return null;
  const given = Object.entries(body).filter(([, value]) => value !== null && value !== undefined);
  const text = JSON.stringify(given.sort(([one], [other]) => one.localeCompare(other)));
  return { key, bodyHash: createHash('sha256').update(text).digest('hex') };
}

/** @throws DomainError NOT_FOUND, for another user's task too. */
export async function task(context: Context, id: string): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const found = await findTask(context.store.database, userId, id);
  if (!found) throw new DomainError('NOT_FOUND', 'there is no such task');
  return found;
}
