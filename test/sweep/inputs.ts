import { randomUUID } from 'node:crypto';
import {
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import type { Field } from './documents.ts';
import { NODE_TYPES } from './walk.ts';

/** Where a field takes an id or a text: the names from the argument on, and the input that the last one is of. */
export interface Leaf {
  path: readonly string[];
  scalar: 'ID' | 'String';
  /** `CreateTaskInput.agentId`; of an argument of its own `Query.task.id`. */
  name: string;
}

export type Values = Record<string, unknown>;

/** What is put into a generated call beyond the leaf that is tried. */
export interface Filling {
  /** Ids of the caller's own, by type. */
  own: Readonly<Record<string, string>>;
  leaf?: Leaf;
  value?: string;
}

/** Where the default of a type is no valid value. By input and member, or by member alone. */
const VALID: Values = {
  'CreateIntegrationInput.platform': 'WEBHOOK',
  'CreateIntegrationInput.url': 'https://example.com/hook',
  'UpdateIntegrationInput.url': 'https://example.com/hook',
  'CreateModelInput.provider': 'OPENAI',
  'StoreOutputStepInput.content': 'x',
  'WorkflowStepInput.task': 'x',
  'StoreOutputStepInput.name': 'x',
  'ScheduleInput.cron': '0 0 1 1 *',
  'ScheduleInput.timeZone': 'UTC',
  'EndTaskInput.status': 'COMPLETED',
  'Query.userAnalytics.from': '2026-01-01T00:00:00Z',
  DateTime: '2099-01-01T00:00:00Z',
  password: 'not the password',
  newPassword: 'another password',
};

/** What can be used once, so that each call has another. */
const UNIQUE: Record<string, () => string> = {
  'CreateTemplateInput.name': () => `t-${randomUUID()}`,
  'CreateModelInput.modelId': () => `m-${randomUUID()}`,
  'RegisterInput.email': () => `${randomUUID()}@example.com`,
  'InviteUserInput.email': () => `${randomUUID()}@example.com`,
  'LoginInput.email': () => `${randomUUID()}@example.com`,
};

/** Members without which a call is refused although the schema does not require them. */
const ALSO: Record<string, readonly string[]> = {
  CreateIntegrationInput: ['url'],
  CreateTaskInput: ['prompt', 'hold'],
  'CreateTaskInput.agentId': ['kind'],
  CancelRunsInput: ['ids'],
  RetryRunsInput: ['ids'],
  DeleteRunsInput: ['ids'],
  LoginInput: ['email'],
  RunScriptStepInput: ['script'],
  StoreOutputStepInput: ['content'],
  TemplateStepInput: ['storeOutput'],
  ValidateTemplateInput: ['templateId'],
  WorkflowStepInput: ['task'],
};

/** Members that cannot be given together with the one that is tried. */
const NOT_WITH: Record<string, readonly string[]> = {
  'CancelRunsInput.filter': ['ids'],
  'RetryRunsInput.filter': ['ids'],
  'DeleteRunsInput.filter': ['ids'],
  'CreateTaskInput.templateId': ['prompt'],
  'CreateTaskInput.templateName': ['prompt'],
  'CreateTaskInput.threadId': ['sessionId'],
  'LoginInput.username': ['email'],
  'RunScriptStepInput.path': ['script'],
  'ValidateTemplateInput.templateName': ['templateId'],
  'WorkflowStepInput.template': ['task'],
};

/** Types of the ids that a member takes, where neither its name nor that of its input says so. */
const TYPES: Record<string, string> = {
  'CreatePasswordResetInput.id': 'User',
  'CreateRunTokenInput.runIds': 'Task',
  'CreateTaskInput.dependsOn': 'Task',
  'RedeliverInput.id': 'Delivery',
  'Query.node.id': 'Task',
  'Query.nodes.ids': 'Task',
  'Query.run.id': 'Task',
  'Query.bulkOperation.id': 'BulkOperation',
  'Subscription.runEvents.runId': 'Task',
  'CancelRunInput.id': 'Task',
  'RetryRunInput.id': 'Task',
  'DeleteRunInput.id': 'Task',
  'CancelRunsInput.ids': 'Task',
  'RetryRunsInput.ids': 'Task',
  'DeleteRunsInput.ids': 'Task',
};

const byLength = (types: readonly string[]) => types.toSorted((one, other) => other.length - one.length);

/** @throws Error with what to add to this file. */
export function typeOfId(name: string): string {
  const [input = '', ...members] = name.split('.');
  const words = [members.at(-1), input === 'Query' || input === 'Subscription' ? members[0] : input];
  const types = byLength([...NODE_TYPES, 'Delivery', 'Integration']);
  const named = words.map((word = '') =>
    types.find((type) => word.toLowerCase().includes(type.toLowerCase())),
  );
  const type = TYPES[name] ?? named.find((one) => one !== undefined);
  if (!type)
    throw new Error(`${name} takes an id of an unknown type: add it to TYPES in test/sweep/inputs.ts`);
  return type;
}

/** Every place of a field that takes an id or a text, inputs within inputs as well. */
export function leavesOf(root: string, { name, args }: Field): Leaf[] {
  return args.flatMap((one) => leavesBelow(one.type, [one.name], `${root}.${name}.${one.name}`, []));
}

function leavesBelow(type: GraphQLInputType, path: string[], name: string, above: string[]): Leaf[] {
  const named = getNamedType(type);
  if (named.name === 'ID' || named.name === 'String') return [{ path, scalar: named.name, name }];
  if (!isInputObjectType(named) || above.includes(named.name)) return [];
  return Object.values(named.getFields()).flatMap((member) =>
    leavesBelow(member.type, [...path, member.name], `${named.name}.${member.name}`, [...above, named.name]),
  );
}

/** The variables of a call that is valid, with a value in the place that is tried. */
export function variablesOf(root: string, field: Field, filling: Filling): Values {
  const given = field.args.filter(
    (one) => isRequiredArgument(one) || filling.leaf?.path[0] === one.name || one.name === 'first',
  );
  return Object.fromEntries(
    given.map((one) => [one.name, fill(one.type, [one.name], `${root}.${field.name}.${one.name}`, filling)]),
  );
}

function fill(type: GraphQLInputType, path: string[], name: string, filling: Filling): unknown {
  if (isNonNullType(type)) return fill(type.ofType, path, name, filling);
  if (isListType(type)) return [fill(type.ofType, path, name, filling)];
  if (isInputObjectType(type)) return inputOf(type, path, filling);
  if (filling.leaf && path.join('.') === filling.leaf.path.join('.')) return filling.value;
  const member = path.at(-1)!;
  if (name in UNIQUE) return UNIQUE[name]!();
  if (name in VALID) return VALID[name];
  if (isEnumType(type)) return name === 'CreateTaskInput.kind' ? 'AGENT' : type.getValues()[0]!.name;
  if (type.name === 'ID') return filling.own[typeOfId(name)];
  if (type.name === 'String' && member in VALID) return VALID[member];
  return type.name in VALID ? VALID[type.name] : DEFAULTS[type.name];
}

const DEFAULTS: Values = { String: 'x', Int: 1, Float: 1, Boolean: true, JSON: {} };

function inputOf(type: Parameters<typeof fill>[0], path: string[], filling: Filling): Values {
  const input = getNamedType(type);
  if (!isInputObjectType(input)) return {};
  const tried = filling.leaf?.path;
  const isOnTheWay = path.every((name, index) => tried?.[index] === name);
  const next = isOnTheWay ? tried?.[path.length] : undefined;
  const key = `${input.name}.${next}`;
  const also = [...(ALSO[input.name] ?? []), ...(ALSO[key] ?? [])];
  const members = Object.values(input.getFields());
  const one = [next, ...also].flatMap((wanted) => members.find(({ name }) => name === wanted) ?? []);
  const chosen = input.isOneOf
    ? [one[0] ?? members[0]!]
    : members.filter(
        (member) =>
          member.name === next ||
          ((isRequiredInputField(member) || also.includes(member.name)) &&
            !NOT_WITH[key]?.includes(member.name)),
      );
  return Object.fromEntries(
    chosen.map((member) => [
      member.name,
      fill(member.type, [...path, member.name], `${input.name}.${member.name}`, filling),
    ]),
  );
}
