import { getNamedType, isInterfaceType, isObjectType, isRequiredArgument } from 'graphql';
import { schema } from '../../src/schema/index.ts';
import { type Answer, type Client, data } from '../harness/client.ts';
import { documentsFor, type Field, rootFields } from './documents.ts';

/** By the names of their types, in the order in which they were seen. */
export type Ids = Record<string, string[]>;

/** All that an account can read without naming anything, and then by the ids of what it found. */
export interface Walk {
  /** By the field that was asked, and what was asked for. */
  answers: Record<string, Answer[]>;
  ids: Ids;
  /** Of pages of lists. */
  cursors: string[];
}

/**
 * They tell of the process, of workers and of time that passes, and of no account; and what an account has asked of the
 * older APIs, which asking changes.
 */
export const OF_THE_SYSTEM = ['health', 'legacyClients', 'providers', 'systemMetrics', 'systemStatus'];

/** Only an administrator may ask for them, who sees all accounts in them. */
const OF_ADMINISTRATORS = ['users', 'auditLog', 'allLegacyClients'];

const PAGE = 20;

export async function walk(client: Client): Promise<Walk> {
  const found: Walk = { answers: {}, ids: {}, cursors: [] };
  for (const field of readable().filter(isList)) await list(client, found, field.name);
  await readRoots(client, found);
  for (const [type, ids] of Object.entries(found.ids)) {
    await Promise.all(ids.map((id) => readOne(client, found, type, id)));
  }
  return found;
}

/** The first page of all that an account can read without naming anything. */
export async function glance(client: Client): Promise<Walk> {
  const found: Walk = { answers: {}, ids: {}, cursors: [] };
  await readRoots(client, found);
  // They came in any order.
  const answers = Object.entries(found.answers).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return { ...found, answers: Object.fromEntries(answers) };
}

async function readRoots(client: Client, found: Walk): Promise<void> {
  const fields = readable().filter(
    ({ name, args }) =>
      !OF_THE_SYSTEM.includes(name) && !args.some((one) => isRequiredArgument(one) || one.name === 'id'),
  );
  await Promise.all(
    fields.map((field) => read(client, found, field.name, field.name, isList(field) ? { first: PAGE } : {})),
  );
}

const readable = () => rootFields(schema, 'query').filter(({ name }) => !OF_ADMINISTRATORS.includes(name));

const isList = ({ name, args }: Field) =>
  !OF_THE_SYSTEM.includes(name) && args.some((one) => one.name === 'first');

/** Ids and cursors of more than a page of all that they have. */
async function list(client: Client, found: Walk, name: string): Promise<void> {
  const answer = await client.query(`{ ${name}(first: 100) { edges { cursor node { __typename id } } } }`);
  gather(data(answer), found);
}

/** By the field that has the type and takes an id, if there is one. */
async function readOne(client: Client, found: Walk, type: string, id: string): Promise<void> {
  const field = rootFields(schema, 'query').find(
    (one) => getNamedType(one.type).name === type && one.args.some(({ name }) => ['id', 'by'].includes(name)),
  );
  const given = field?.args.some(({ name }) => name === 'by') ? { by: { id } } : { id };
  if (field) await read(client, found, field.name, `${field.name} ${id}`, given);
}

async function read(client: Client, found: Walk, name: string, key: string, variables: object) {
  const field = rootFields(schema, 'query').find((one) => one.name === name)!;
  const given = variables as Record<string, unknown>;
  const answers = [];
  for (const document of documentsFor(schema, 'query', field, given)) {
    answers.push(await readWithin(client, document, given));
  }
  found.answers[key] = answers;
  gather(answers, found);
}

/** A page of what the limit on costs allows. */
async function readWithin(
  client: Client,
  document: string,
  variables: Record<string, unknown>,
): Promise<Answer> {
  const answer = await client.query(document, variables);
  const first = Number(variables.first ?? 1);
  const isTooDear = answer.errors?.some(({ message }) => message.startsWith('The query costs'));
  // Each is read by its id as well.
  if (isTooDear && first === 1 && 'first' in variables) return { data: null };
  if (isTooDear && first > 1) return readWithin(client, document, { ...variables, first: first >> 1 });
  if (answer.errors) throw new Error(`${document.slice(0, 200)}: ${JSON.stringify(answer.errors)}`);
  return answer;
}

function gather(value: unknown, found: Walk): void {
  if (Array.isArray(value)) for (const one of value) gather(one, found);
  if (typeof value !== 'object' || value === null) return;
  const { __typename: type, id, ...rest } = value as Record<string, unknown>;
  if (typeof type === 'string' && typeof id === 'string' && takesGlobalId(type)) {
    found.ids[type] ??= [];
    if (!found.ids[type].includes(id)) found.ids[type].push(id);
  }
  for (const [name, member] of Object.entries(rest)) {
    if (/cursor$/i.test(name) && typeof member === 'string' && !found.cursors.includes(member)) {
      found.cursors.push(member);
    }
    gather(member, found);
  }
}

function takesGlobalId(type: string): boolean {
  return TYPES_WITH_IDS.includes(type);
}

/** Its ids are those of the vendor, unique in their run, and no argument takes them. */
const WITHIN_A_RUN = ['ToolCall'];

/** Every type of object that has an id: each account of the sweep owns at least one of each. */
export const TYPES_WITH_IDS: readonly string[] = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter((type) => !type.name.startsWith('__'))
  .filter((type) => type.getFields().id && getNamedType(type.getFields().id!.type).name === 'ID')
  .map(({ name }) => name)
  .filter((name) => !WITHIN_A_RUN.includes(name));

export const NODE_TYPES: readonly string[] = schema
  .getPossibleTypes(
    Object.values(schema.getTypeMap())
      .filter(isInterfaceType)
      .find(({ name }) => name === 'Node')!,
  )
  .map(({ name }) => name);
