import { beforeAll, expect, test } from 'vitest';
import { data, TASK_EVENTS } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { openSweep, SWEEP_MS } from './sweep.ts';
import { NODE_TYPES, walk } from './walk.ts';

const sweep = fixture(openSweep, { timeoutMs: SWEEP_MS });

interface Seen {
  type: string;
  /** By the name of the field. */
  values: Map<string, unknown>;
}

const seen = new Map<string, Seen>();
const differences: string[] = [];

beforeAll(async () => {
  const { answers } = await walk(sweep.alice.client);
  collect(answers);
}, SWEEP_MS);

/** All objects of answers that have an id; each is compared with what was seen of it before. */
function collect(value: unknown): void {
  if (Array.isArray(value)) for (const one of value) collect(one);
  if (typeof value !== 'object' || value === null) return;
  const { __typename: type, id, ...rest } = value as Record<string, unknown>;
  for (const one of Object.values(rest)) collect(one);
  if (typeof type !== 'string' || typeof id !== 'string') return;
  const before = seen.get(id) ?? { type, values: new Map() };
  seen.set(id, before);
  if (before.type !== type) differences.push(`${id}: ${before.type} and ${type}`);
  for (const [name, one] of Object.entries(rest)) {
    if (typeof one === 'object' && one !== null) continue;
    if (before.values.has(name) && before.values.get(name) !== one) differences.push(`${type}.${name} ${id}`);
    before.values.set(name, one);
  }
}

test('equal ids are equal objects, wherever they are shown', () => {
  expect(differences).toEqual([]);
  expect([...new Set([...seen.values()].map(({ type }) => type))].toSorted()).toEqual(NODE_TYPES.toSorted());
});

test('`node` finds each of them, and `nodes` all of them in their order, and no stranger does', async () => {
  const NODE = 'query ($id: ID!) { node(id: $id) { __typename id } }';
  const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';
  const wanted = [...seen].map(([id, { type }]) => ({ __typename: type, id }));
  for (const one of wanted) {
    expect(data(await sweep.alice.client.query(NODE, { id: one.id })).node).toEqual(one);
  }
  for (let from = 0; from < wanted.length; from += 100) {
    const page = wanted.slice(from, from + 100);
    const ids = page.map(({ id }) => id);
    expect(data(await sweep.alice.client.query(NODES, { ids })).nodes).toEqual(page);
    const foreign = data(await sweep.bob.client.query(NODES, { ids })).nodes;
    const shared = foreign.filter((one: unknown) => one !== null);
    expect(shared.every(({ __typename }: { __typename: string }) => SHARED.includes(__typename))).toBe(true);
  }
});

/** Types of which there are built-in objects. */
const SHARED = ['Agent', 'Model', 'Template'];

test('the ids of model calls in events are those of the calls, and the keys of tools are those of the task', async () => {
  const { client } = sweep.alice;
  const { tasks } = data(
    await client.query(
      '{ tasks(first: 100) { nodes { id toolCalls { key } modelCalls { id } plan { steps { key } } } } }',
    ),
  );
  const works = tasks.nodes.find(({ plan }: { plan: { steps: unknown[] } }) => plan.steps.length > 0);
  const events: Record<string, unknown>[] = [];
  for await (const payload of client.subscribe(TASK_EVENTS, { id: works.id })) {
    events.push(data(payload).taskEvents);
  }
  const values = (name: string) => [...new Set(events.flatMap((event) => event[name] ?? []))];
  expect(values('callId')).toEqual(works.modelCalls.map(({ id }: { id: string }) => id));
  expect(values('toolCallKey')).toEqual(works.toolCalls.map(({ key }: { key: string }) => key));
});
