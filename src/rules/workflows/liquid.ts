import { evaluateLiquid, fillIn, holdsInLiquid, renderLiquid } from '../liquid/liquid.ts';
import { TooComplex, type Watch } from '../liquid/watch.ts';
import { checkParameters } from '../templates/parameters.ts';
import { parameterProblems } from '../templates/task.ts';
import type { TemplateParameter } from '../templates/template.ts';

/** What has to be computed for a workflow step before it continues. */
export type StepQuestion = BeginQuestion | TaskQuestion;

export interface BeginQuestion {
  kind: 'begin';
  /** Identifies the question among others. */
  key: string;
  condition: string | null;
  forEach: string | null;
}

export interface TaskQuestion {
  kind: 'task';
  key: string;
  /** A prompt, or the parameters of a template. */
  asked: { prompt: string } | TemplateQuestion;
  /** Additional variables for an item of `forEach`. */
  more: { item: unknown; index: number } | null;
}

export interface TemplateQuestion {
  template: string;
  parameters: readonly TemplateParameter[];
  given: Record<string, unknown>;
  /** The models named by its steps, by the id of the step. */
  models: Record<string, string>;
}

export type StepReply = BeginReply | TaskReply;

interface Refusal {
  problem: string;
}

export type BeginReply =
  | Refusal
  | { problem?: undefined; begins: false }
  /** items: null when the step has no list. */
  | { problem?: undefined; begins: true; items: unknown[] | null };

export type TaskReply =
  | Refusal
  | { problem?: undefined; prompt: string }
  | ({ problem?: undefined } & TemplateReply);

export interface TemplateReply {
  values: Record<string, unknown>;
  /** By the id of the template's step; null: none is named. */
  models: Record<string, string | null>;
}

/** Maximum items of a `forEach` list. */
const MAX_ITEMS = 1_000;

/** Maximum characters of all parameters of a template, as JSON. */
const MAX_VALUES = 4_000_000;

/** @throws TooComplex */
export function replyTo(question: StepQuestion, scope: Record<string, unknown>, watch: Watch): StepReply {
  return question.kind === 'begin' ? beginStep(question, scope) : fillTask(question, scope, watch);
}

/** Whether a step begins, and with which list. */
function beginStep({ condition, forEach }: BeginQuestion, scope: Record<string, unknown>): BeginReply {
  return replyOf<BeginReply>(() => {
    if (condition !== null && !holdsInLiquid(condition, scope)) return { begins: false };
    return { begins: true, items: forEach === null ? null : listOf(forEach, scope) };
  });
}

/** The rendered prompt, or the template parameters, of a task. */
function fillTask({ asked, more }: TaskQuestion, scope: Record<string, unknown>, watch: Watch): TaskReply {
  const read = { ...scope, ...more };
  return replyOf<TaskReply>(() => {
    if (!('prompt' in asked)) return fillTemplate(asked, read, watch);
    return { prompt: renderLiquid(asked.prompt, read) };
  });
}

function replyOf<Reply>(reply: () => Reply): Reply | Refusal {
  try {
    return reply();
  } catch (thrown) {
    if (thrown instanceof TooComplex) throw thrown;
    return { problem: (thrown as Error).message };
  }
}

/** @throws Error when the value is not a list or is too long */
function listOf(forEach: string, scope: Record<string, unknown>): unknown[] {
  const list = evaluateLiquid(forEach, scope);
  if (!Array.isArray(list)) throw new Error(`${forEach} must be a list, but is ${typeName(list)}`);
  if (list.length > MAX_ITEMS) throw new Error(`${forEach} has ${list.length} items, more than ${MAX_ITEMS}`);
  return list;
}

function typeName(value: unknown): string {
  return value === null || value === undefined ? 'nothing' : `a ${typeof value}`;
}

/** @throws Error with the problem of the parameters */
function fillTemplate(
  { template, parameters, given, models }: TemplateQuestion,
  scope: Record<string, unknown>,
  watch: Watch,
): TemplateReply {
  const check = checkParameters(parameters, fillIn(given, scope, watch) as Record<string, unknown>);
  const problems = parameterProblems(parameters, check).map(({ field, message }) => `${field}: ${message}`);
  if (problems.length > 0) throw new Error(`parameters of the template ${template}: ${problems.join('; ')}`);
  if (JSON.stringify(check.values).length > MAX_VALUES) {
    throw new Error(
      `parameters of the template ${template} are longer than ${MAX_VALUES} characters together`,
    );
  }
  return { values: check.values, models: namedModels(models, check.values) };
}

/** The models that the steps of a template name with these parameters; null: none. @throws Error */
function namedModels(
  models: Record<string, string>,
  values: Record<string, unknown>,
): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(models).map(([id, model]) => [id, renderLiquid(model, values).trim() || null]),
  );
}
