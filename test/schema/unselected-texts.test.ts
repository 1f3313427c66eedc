import { beforeAll, expect, test } from 'vitest';
import { data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const LONG = 5_000_000;
/** All together are more than one response may read. */
const ROWS = 5;

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
let threads: string[];
let orchestrations: string[];

beforeAll(async () => {
  const make = async (name: string, input: object) => {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}`;
    const kind = name === 'createThread' ? 'thread' : 'orchestration';
    const document = `mutation ($input: ${type}Input!) { ${name}(input: $input) { ${kind} { id } } }`;
    return data(await ann.query(document, { input }))[name][kind].id as string;
  };
  [threads, orchestrations] = [[], []];
  for (let row = 0; row < ROWS; row += 1) {
    const threadId = await make('createThread', { title: `thread ${row}` });
    threads.unshift(threadId);
    await ann.createTask({ prompt: 'x', threadId });
    orchestrations.unshift(await make('startOrchestration', { prompt: 'x' }));
  }
  const { pool } = server.store.database;
  const long = `repeat('x', ${LONG})`;
  await pool.query(`update thread set original_prompt = ${long}, context = ${long}`);
  await pool.query(`update run set status = 'completed' where kind = 'orchestration'`);
  await pool.query(`update orchestration set prompt = ${long},
    result = jsonb_build_object('output', ${long}, 'score', 9, 'stopReason', 'threshold_reached')`);
});

const ask = async (document: string) => data(await ann.query(`{ ${document} }`));
const edges = (ids: string[]) => ids.map((id) => ({ node: { id } }));

test('long texts of orchestrations that are not selected are not read', async () => {
  const scored = { status: 'COMPLETED', finalScore: 9, stopReason: 'THRESHOLD_REACHED' };
  expect(await ask('orchestrations(first: 20) { nodes { id status finalScore stopReason } }')).toEqual({
    orchestrations: { nodes: orchestrations.map((id) => ({ id, ...scored })) },
  });
  const runs = 'runs(filter: { kinds: [ORCHESTRATION] }) { edges { node { id } } }';
  expect(await ask(runs)).toEqual({ runs: { edges: edges(orchestrations) } });
});

test('nor those of threads', async () => {
  expect(await ask('threads(first: 20) { edges { node { id } } }')).toEqual({
    threads: { edges: edges(threads) },
  });
  expect(await ask('tasks { nodes { thread { id } } }')).toEqual({
    tasks: { nodes: threads.map((id) => ({ thread: { id } })) },
  });
});

test('selected ones are read, as many as a response may have', async () => {
  const one = await ask(
    'threads(first: 1) { nodes { context } } orchestrations(first: 1) { nodes { finalResponse } }',
  );
  const read: string[] = [one.threads.nodes[0].context, one.orchestrations.nodes[0].finalResponse];
  expect(read.map(({ length }) => length)).toEqual([LONG, LONG]);
  for (const list of ['threads { nodes { originalPrompt } }', 'orchestrations { nodes { prompt } }'])
    expect(errorCode(await ann.query(`{ ${list} }`))).toBe('PAYLOAD_TOO_LARGE');
});
