import { createHash } from 'node:crypto';
import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { newId } from '../rules/ids.ts';
import { findRepeated, type Idempotency, createTask as insertTask } from '../store/create-task.ts';
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
  const idempotency = idempotencyOf(given);
  const earlier = idempotency && (await findRepeated(context.store, userId, idempotency));
  if (earlier) return task(context, earlier);
  if (given.threadId) await thread(context, given.threadId, 'input.threadId');
  const { provider, model, events } = await resolveModel(context, given.model ?? null, 'input.model');
  const kind = given.kind ?? 'prompt';
  const created = await insertTask(context.store, {
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
    parent: null,
    dependsOn: given.dependsOn ?? [],
    idempotency,
    events: [{ type: 'RunCreated', data: { kind } }, ...events],
  });
  return typeof created === 'string' ? task(context, created) : created;
}

/** Equal requests have equal hashes; what is null or empty is the same as what is absent. */
export function idempotencyOf({
  idempotencyKey: key,
  ...body
}: {
  idempotencyKey?: string | null | undefined;
}): Idempotency | null {
  if (!key) return null;
  return {
    key,
    bodyHash: createHash('sha256')
      .update(JSON.stringify(significant(body)))
      .digest('hex'),
  };
}

function significant(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given ?? undefined;
  if (Array.isArray(given)) return given.length > 0 ? given : undefined;
  const members = Object.entries(given)
    .map(([name, value]) => [name, significant(value)] as const)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}

/** @throws DomainError NOT_FOUND, for another user's task too. */
export async function task(context: Context, id: string): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const found = await findTask(context.store.database, userId, id);
  if (!found) throw new DomainError('NOT_FOUND', 'there is no such task');
  return found;
}
