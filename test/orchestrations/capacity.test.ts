import { expect, test } from 'vitest';
import { type Answer, type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { follow, read, START, scriptPair, start, verdict } from './orchestra.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, RATE_LIMIT_FACTOR: '1' },
  }),
);

const SLOW = { prompt: 'x', preferredModels: ['gpt-4o@tokens=5000,itl=20'] };
const ask = (client: Client, input: object) => client.query(START, { input });
const idOf = (answer: Answer) => data(answer).startOrchestration.orchestration.id as string;
const cancel = (client: Client, id: string) =>
  client.query(
    'mutation ($id: ID!) { cancelOrchestration(input: { id: $id }) { orchestration { status } } }',
    {
      id,
    },
  );
const retry = (client: Client, id: string) =>
  client.query(
    'mutation ($id: ID!) { retryOrchestration(input: { id: $id }) { orchestration { status } } }',
    {
      id,
    },
  );

test('of a hundred that a user starts at once exactly ten run, and the rest is RATE_LIMITED', async () => {
  const ann = await server.newUser();
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask(ann, SLOW)));
  const refused = answers.filter(({ errors }) => errors);
  expect(refused.map(errorCode)).toEqual(Array.from({ length: 90 }, () => 'RATE_LIMITED'));
  const started = answers.filter(({ errors }) => !errors).map(idOf);
  const list = await ann.query('{ orchestrations(first: 100) { nodes { id } } }');
  expect(
    data(list)
      .orchestrations.nodes.map(({ id }: { id: string }) => id)
      .toSorted(),
  ).toEqual(started.toSorted());

  const bob = await server.newUser();
  const [other] = await Promise.all([ask(bob, SLOW)]);
  expect(await cancel(bob, idOf(other!))).not.toHaveProperty('errors');

  data(await cancel(ann, started[0]!));
  const again = await Promise.all([ask(ann, SLOW), ask(ann, SLOW)]);
  expect(again.filter(({ errors }) => errors)).toHaveLength(1);
  for (const { id } of data(
    await ann.query('{ orchestrations(filter: { statuses: [RUNNING] }) { nodes { id } } }'),
  ).orchestrations.nodes)
    await cancel(ann, id);
});

test('given ten whose start is still ahead, then others can be started and scheduled, and ten of those that have started are the limit', async () => {
  const ann = await server.newUser();
  const startAt = new Date(Date.now() + 86_400_000).toISOString();
  const later = () => ask(ann, { ...SLOW, startAt });
  for (let count = 0; count < 10; count++) idOf(await later());
  const started = [];
  for (let count = 0; count < 10; count++) started.push(idOf(await ask(ann, SLOW)));
  expect(errorCode(await ask(ann, SLOW))).toBe('RATE_LIMITED');
  idOf(await later());
  for (const id of started) data(await cancel(ann, id));
});

test('one that failed needs its place again to be retried', async () => {
  const ann = await server.newUser();
  const preferredModels = [1, 2, 3, 4, 5].map((number) => `gpt-4o@fault=401,key=room${number}`);
  const failed = await start(ann, { preferredModels });
  expect((await follow(ann, failed)).at(-1)!.__typename).toBe('RunFailed');
  const running = await Promise.all(Array.from({ length: 10 }, async () => idOf(await ask(ann, SLOW))));
  expect(errorCode(await retry(ann, failed))).toBe('RATE_LIMITED');
  expect(await read(ann, failed)).toMatchObject({ status: 'FAILED' });
  data(await cancel(ann, running[0]!));
  expect(data(await retry(ann, failed)).retryOrchestration.orchestration.status).toBe('QUEUED');
  for (const id of running) await cancel(ann, id);
});

test('a hundred equal requests with one key are one, also when no other may be started', async () => {
  const ann = await server.newUser();
  const input = { ...SLOW, idempotencyKey: 'once' };
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask(ann, input)));
  const [id] = new Set(answers.map(idOf));
  expect(new Set(answers.map(idOf)).size).toBe(1);
  const others = await Promise.all(Array.from({ length: 9 }, () => ask(ann, SLOW)));
  expect(errorCode(await ask(ann, SLOW))).toBe('RATE_LIMITED');
  expect(idOf(await ask(ann, input))).toBe(id);
  expect(errorCode(await ask(ann, { ...input, maxIterations: 3 }))).toBe('CONFLICT');
  const task = await ann.query(
    'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }',
    {
      input: { prompt: 'x', idempotencyKey: 'once' },
    },
  );
  expect(errorCode(task)).toBe('CONFLICT');
  for (const other of [id!, ...others.map(idOf)]) await cancel(ann, other);
});

test('the list is the viewer’s, newest first, in pages', async () => {
  const ann = await server.newUser();
  const ids: string[] = [];
  for (const prompt of ['one', 'two', 'three']) {
    const { author, evaluator } = scriptPair(vendor, [prompt], [verdict(9)]);
    ids.unshift(await start(ann, { prompt, preferredModels: [author, evaluator] }));
    await follow(ann, ids[0]!);
  }
  const page = async (given: string) =>
    data(await ann.query(`{ orchestrations(${given}) { nodes { id } pageInfo { endCursor hasNextPage } } }`))
      .orchestrations;
  const first = await page('first: 2');
  expect(first).toMatchObject({ nodes: [{ id: ids[0] }, { id: ids[1] }], pageInfo: { hasNextPage: true } });
  expect(await page(`first: 2, after: "${first.pageInfo.endCursor}"`)).toMatchObject({
    nodes: [{ id: ids[2] }],
  });
  expect((await page('filter: { statuses: [FAILED] }')).nodes).toEqual([]);
  expect(await page('last: 1')).toMatchObject({ nodes: [{ id: ids[2] }] });
});
