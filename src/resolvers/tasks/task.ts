import type { Context } from '../../context.ts';
import { type Asked, NOTHING_ASKED, prepareTask } from '../../new-tasks/prepare-task.ts';
import { abilityFor } from '../../rules/agents/agent.ts';
import { type Work, workOf } from '../../rules/prediction/outcomes.ts';
import { withFreshId } from '../../store/database/fresh-id.ts';
import type { SessionRow } from '../../store/sessions/sessions.ts';
import { findRepeated, createTask as insertTask } from '../../store/tasks/create-task.ts';
import type { NewTask } from '../../store/tasks/new-task.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';
import type { ModelAbility, TaskKind } from '../../vocabulary.ts';
import { chooseForCaller, resolveModel, resolveModels } from '../models/model.ts';
import { preferredModel } from '../models/preferred-model.ts';
import { refuseSchemas } from '../request/compute.ts';
import { DEFAULT_PRIORITY, withoutNulls } from '../request/fields.ts';
import { idempotencyOf } from '../request/idempotency.ts';
import { ownRun } from '../request/own-run.ts';
import { countRun } from '../request/quota.ts';
import { refuseIssues, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { targetSessionOf } from '../threads/target-session.ts';
import { openPredictor } from './predict-work.ts';
import { assign, OF_AGENTS } from './task-agent.ts';
import { kindOf, type NewTaskInput, newTask } from './task-input.ts';
import { promptOf, subjectOf } from './task-subject.ts';
import { fromTemplate } from './task-template.ts';

/**
 * @throws DomainError for invalid input, with the field; CONFLICT for an idempotency key that was used for
 * another request
 */
export async function createTask(context: Context, input: unknown): Promise<TaskRow> {
  requireViewer(context);
  const given = validate(newTask, input, 'input');
  await checkSchema(context, given);
  const kind = kindOf(given);
  return addTask(context, kind, given, (session) => ASKED[kind](context, given, session));
}

/** @throws DomainError VALIDATION_ERROR */
async function checkSchema(context: Context, { responseSchema: schema }: NewTaskInput): Promise<void> {
  if (schema) await refuseSchemas(context, [{ field: 'responseSchema', schema }], 'input');
}

/** Settings of all kinds of tasks. */
type TaskSettings = Partial<
  Pick<
    NewTaskInput,
    | 'type'
    | 'title'
    | 'description'
    | 'target'
    | 'context'
    | 'taskParameters'
    | 'threadId'
    | 'sessionId'
    | 'costLimit'
    | 'priority'
    | 'tags'
    | 'metadata'
    | 'startAt'
    | 'expiresAt'
    | 'hold'
    | 'predict'
    | 'dependsOn'
    | 'idempotencyKey'
  >
>;

/**
 * @param ask returns what the task should do; not called for a repeated request. @throws DomainError
 * CONFLICT, and errors of `ask`
 */
export async function addTask(
  context: Context,
  kind: TaskKind,
  given: TaskSettings,
  ask: (session: SessionRow | null) => Promise<Asked>,
): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const idempotency = idempotencyOf(given);
  const earlier = idempotency && (await findRepeated(context.store, userId, idempotency));
  if (earlier) return task(context, earlier);
  await countRun(context, userId, given.hold ?? false);
  const session = await targetSessionOf(context, given);
  const [asked, predict] = await Promise.all([ask(session), given.predict ? openPredictor(context) : null]);
  const settings = {
    ownerId: userId,
    origin: context.origin,
    kind,
    type: given.type ?? null,
    subject: subjectOf(given),
    sessionId: session?.id ?? null,
    priority: given.priority ?? DEFAULT_PRIORITY,
    tags: given.tags ?? [],
    metadata: given.metadata ?? null,
    startAt: given.startAt ?? null,
    expiresAt: given.expiresAt ?? null,
    hold: given.hold ?? false,
    dependsOn: given.dependsOn ?? [],
    idempotency,
    prediction: predict ? predict(askedWork(kind, given, asked)) : null,
  };
  const maxCost = asked.maxCost ?? given.costLimit?.toFixed(12) ?? null;
  const fresh = prepareTask(settings, { ...asked, maxCost });
  const created = await withFreshId({ origin: context.origin, kind: 'task' }, (id) =>
    insertTask(context.store, { id, ...fresh }),
  );
  return typeof created === 'string' ? task(context, created) : created;
}

function askedWork(
  kind: TaskKind,
  { type }: TaskSettings,
  { agent, template, provider, model }: Asked,
): Work {
  const performer = { kind, agentId: agent?.id ?? null, templateName: template?.name ?? null };
  return workOf({ type: type ?? null, ...performer, provider, model });
}

type Ask = (context: Context, given: NewTaskInput, session: SessionRow | null) => Promise<Asked>;

const ASKED: Record<Exclude<TaskKind, 'pull'>, Ask> = {
  prompt: askPrompt,
  agent: askAgent,
  template: fromTemplate,
};

const OF_TEMPLATES = ['templateId', 'templateName', 'templateParameters'] as const;

/** Fields of another kind, which would be ignored. */
function refuse(given: NewTaskInput, names: readonly (keyof NewTaskInput)[], kind: string): void {
  const foreign = names.filter((name) => given[name] !== undefined && given[name] !== null);
  refuseIssues(
    foreign.map((name) => ({ field: `input.${name}`, message: `is only allowed for the kind ${kind}` })),
  );
}

async function askPrompt(context: Context, given: NewTaskInput, session: SessionRow | null): Promise<Asked> {
  refuse(given, OF_TEMPLATES, 'TEMPLATE');
  refuse(given, OF_AGENTS, 'AGENT');
  const { model = null, systemPrompt: system = null } = given;
  const parameters = withoutNulls(given.parameters ?? {});
  return askModel(context, given, session, { model, system, parameters, needed: 'text' });
}

async function askAgent(context: Context, given: NewTaskInput, session: SessionRow | null): Promise<Asked> {
  refuse(given, OF_TEMPLATES, 'TEMPLATE');
  refuse(given, ['responseSchema'], 'PROMPT');
  const { agent, maxCost, events, ...settings } = await assign(context, given, session);
  const needed = abilityFor(agent.tools);
  const asked = await askModel(context, given, session, { ...settings, needed });
  return { ...asked, agent, maxCost, events: [...events, ...asked.events] };
}

interface WantedModel {
  /** null: to be chosen. */
  model: string | null;
  needed: ModelAbility;
}

async function askModel(
  context: Context,
  given: NewTaskInput,
  session: SessionRow | null,
  { system, parameters, ...wanted }: Pick<Asked, 'system' | 'parameters'> & WantedModel,
): Promise<Asked> {
  const { threadId } = given;
  const asked = promptOf(given);
  const work = { prompt: asked.prompt, type: given.type ?? null };
  const names = given.fallbackModels ?? [];
  const fallbackModels = await resolveModels(context, names, 'input.fallbackModels', wanted.needed);
  return {
    ...NOTHING_ASKED,
    ...(await modelsFor(context, session, { ...wanted, ...work, fallbackModels })),
    ...asked,
    system,
    parameters,
    responseSchema: given.responseSchema ?? null,
    threadId: threadId ?? null,
  };
}

/** A named model is never replaced; if none is named, we choose its fallbacks as well. */
async function modelsFor(
  context: Context,
  session: SessionRow | null,
  {
    model,
    needed,
    prompt,
    type,
    fallbackModels,
  }: Pick<NewTask, 'prompt' | 'type' | 'fallbackModels'> & WantedModel,
): Promise<Pick<Asked, 'provider' | 'model' | 'fallbackModels' | 'fallbackIsOurs' | 'events'>> {
  const named = { fallbackModels, fallbackIsOurs: false };
  if (model !== null)
    return { ...(await resolveModel(context, model, 'input.model', needed)), ...named, events: [] };
  const preferred = session && (await preferredModel(context, session, needed));
  if (preferred) return { ...preferred, ...named };
  const chosen = await chooseForCaller(context, { length: prompt.length, type, needed });
  return fallbackModels.length > 0 ? { ...chosen, ...named } : chosen;
}

/** @throws DomainError NOT_FOUND, also for another user's task */
export function task(context: Context, id: string, field = 'id'): Promise<TaskRow> {
  return ownRun(context, 'task', id, field);
}
