import { createHash } from 'node:crypto';
import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { newId } from '../rules/ids.ts';
import {
  findRepeated,
  type Idempotency,
  createTask as insertTask,
  type NewTask,
} from '../store/create-task.ts';
import { findTask, type TaskRow } from '../store/tasks.ts';
import type { TaskKind } from '../vocabulary.ts';
import { chooseForCaller, resolveModel, resolveModels } from './model.ts';
import { type NewTaskInput, newTask, withoutNulls } from './task-input.ts';
import { fromTemplate } from './task-template.ts';
import { thread } from './thread.ts';
import { invalidInput, refuseIssues, validate } from './validate.ts';
import { requireViewer } from './viewer.ts';

const DEFAULT_PRIORITY = 5;

/** @throws DomainError for what is wrong with the input, with the field; CONFLICT for a key that was used before. */
export async function createTask(context: Context, input: unknown): Promise<TaskRow> {
  requireViewer(context);
  const given = validate(newTask, input, 'input');
  const kind = given.kind ?? (given.templateId || given.templateName ? 'template' : 'prompt');
  return addTask(context, kind, given, () => ASKED[kind](context, given));
}

/** What any kind of task may be given. */
type TaskSettings = Partial<
  Pick<NewTaskInput, 'maxCost' | 'priority' | 'hold' | 'dependsOn' | 'idempotencyKey'>
>;

/** @param ask tells what it is to do, when it is no repetition. @throws DomainError CONFLICT, and what `ask` throws. */
export async function addTask(
  context: Context,
  kind: TaskKind,
  given: TaskSettings,
  ask: () => Promise<Asked>,
): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const idempotency = idempotencyOf(given);
  const earlier = idempotency && (await findRepeated(context.store, userId, idempotency));
  if (earlier) return task(context, earlier);
  const { events, ...asked } = await ask();
  const created = await insertTask(context.store, {
    id: newId(),
    ownerId: userId,
    origin: context.origin,
    kind,
    ...asked,
    maxCost: given.maxCost?.toFixed(12) ?? null,
    priority: given.priority ?? DEFAULT_PRIORITY,
    hold: given.hold ?? false,
    dependsOn: given.dependsOn ?? [],
    idempotency,
    events: [{ type: 'RunCreated', data: { kind } }, ...events],
  });
  return typeof created === 'string' ? task(context, created) : created;
}

/** What a task asks for, which differs with its kind. */
type Asked = Pick<
  NewTask,
  | 'prompt'
  | 'system'
  | 'parameters'
  | 'provider'
  | 'model'
  | 'fallbackModels'
  | 'fallbackIsOurs'
  | 'responseSchema'
  | 'threadId'
  | 'template'
  | 'events'
>;

const ASKED: Record<Exclude<TaskKind, 'pull'>, (context: Context, given: NewTaskInput) => Promise<Asked>> = {
  prompt: askPrompt,
  template: async (context, given) => ({ ...NOTHING_ASKED, ...(await fromTemplate(context, given)) }),
};

export const NOTHING_ASKED = {
  prompt: '',
  system: null,
  parameters: {},
  fallbackModels: [],
  fallbackIsOurs: false,
  responseSchema: null,
  threadId: null,
  template: null,
};

async function askPrompt(context: Context, given: NewTaskInput): Promise<Asked> {
  const { prompt, threadId } = given;
  const foreign = (['templateId', 'templateName', 'templateParameters'] as const).filter(
    (name) => given[name],
  );
  refuseIssues(foreign.map((name) => ({ field: `input.${name}`, message: 'is for the kind TEMPLATE' })));
  if (!prompt) throw invalidInput([{ field: 'input.prompt', message: 'is required' }]);
  if (threadId) await thread(context, threadId, 'input.threadId');
  return {
    ...NOTHING_ASKED,
    ...(await modelsFor(context, prompt, given)),
    prompt,
    system: given.system ?? null,
    parameters: withoutNulls(given.parameters ?? {}),
    responseSchema: given.responseSchema ?? null,
    threadId: threadId ?? null,
  };
}

/** Those that the caller named; where one was not, ours to choose. A model that was named is never replaced. */
async function modelsFor(
  context: Context,
  prompt: string,
  { model, fallbackModels: names }: NewTaskInput,
): Promise<Pick<Asked, 'provider' | 'model' | 'fallbackModels' | 'fallbackIsOurs' | 'events'>> {
  const fallbackModels = await resolveModels(context, names ?? [], 'input.fallbackModels');
  const named = { fallbackModels, fallbackIsOurs: false };
  if (model) return { ...(await resolveModel(context, model, 'input.model')), ...named, events: [] };
  const { standIns, ...chosen } = await chooseForCaller(context, prompt.length);
  if (fallbackModels.length > 0) return { ...chosen, ...named };
  return { ...chosen, fallbackModels: standIns, fallbackIsOurs: true };
}

/** Equal requests have equal hashes; what is null or empty is the same as what is absent. */
function idempotencyOf({ idempotencyKey: key, ...body }: TaskSettings): Idempotency | null {
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
