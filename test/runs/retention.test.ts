import { describe, expect, test } from 'vitest';
import { data, type TaskEvent } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { endedRun } from '../store/log/joined-text.ts';
import { age, pass, plain } from './retention-passes.ts';

const server = fixture(() =>
  startTestServer({ variables: { RETENTION_TEXT_DAYS: '7', RETENTION_EVENTS_DAYS: '40' } }),
);
const ann = fixture(() => server.newUser());

const PAGE = `query ($id: ID!, $first: Int, $after: Int, $types: [EventType!]) {
  run(id: $id) { events(first: $first, after: $after, types: $types) {
    nodes { seq __typename ... on TextExpired { firstSeq } ... on EventsExpired { firstSeq runStatus } }
    pageInfo { hasNextPage endCursor }
  } } }`;
const read = async (id: string, page: object = {}) =>
  data(await ann.query(PAGE, { id, first: 100, ...page })).run.events;
const followed = async (id: string, after = 0) =>
  (await ann.events(id, after)).filter(({ __typename: type }) => type !== 'CurrentState');
const TEXT = ['TokensGenerated', 'ReasoningGenerated'];

async function completed(days: number): Promise<{ id: string; log: TaskEvent[]; output: string }> {
  const id = await ann.createTask({ prompt: 'Count to five.', model: 'demo' });
  const log = await followed(id);
  const { result } = await ann.task(id);
  await age(server, [id], days);
  await pass(server);
  return { id, log, output: result.output };
}

/** Every number is an event or in a marker. */
function expectDense(events: readonly { seq: number; firstSeq?: number }[], after: number, last: number) {
  const numbers = events.flatMap(({ seq, firstSeq = seq }) =>
    Array.from({ length: seq - firstSeq + 1 }, (_, index) => firstSeq + index),
  );
  expect(numbers).toEqual(Array.from({ length: last - after }, (_, index) => after + 1 + index));
}

describe('text that is older than a week', () => {
  test('is gone, and markers are in its place', async () => {
    const { id, log } = await completed(8);
    const { nodes } = await read(id);
    expectDense(nodes, 0, log.at(-1)!.seq);
    expect(nodes.filter(({ __typename: type }: TaskEvent) => type === 'TextExpired')).toHaveLength(1);
    expect(nodes.filter(({ __typename: type }: TaskEvent) => TEXT.includes(type))).toEqual([]);
    const kept = log.filter(({ __typename: type }) => !TEXT.includes(type));
    expect(nodes.filter(({ firstSeq }: { firstSeq?: number }) => !firstSeq)).toMatchObject(
      kept.map(({ seq, __typename }) => ({ seq, __typename })),
    );
  });

  test('is followed from every position without a gap', async () => {
    const { id, log } = await completed(8);
    const last = log.at(-1)!.seq;
    for (let after = 0; after <= last; after += 1) {
      const { nodes } = await read(id, { after });
      expectDense(nodes, after, last);
      expect(await followed(id, after)).toMatchObject(
        nodes.map(({ seq, __typename }: TaskEvent) => ({ seq, __typename })),
      );
    }
  });

  test('is marked for readers of some types if they ask for markers', async () => {
    const { id } = await completed(8);
    const typesOf = async (types: string[]) =>
      (await read(id, { types })).nodes.map(({ __typename: type }: TaskEvent) => type);
    expect(await typesOf(['TOKENS_GENERATED'])).toEqual([]);
    expect(await typesOf(['TOKENS_GENERATED', 'TEXT_EXPIRED'])).toEqual(['TextExpired']);
    expect(await typesOf(['RUN_CREATED', 'TEXT_EXPIRED', 'RUN_COMPLETED'])).toEqual([
      'RunCreated',
      'TextExpired',
      'RunCompleted',
    ]);
  });

  test('is marked at the ends of pages, too', async () => {
    const { id, log } = await completed(8);
    const events: { seq: number; firstSeq?: number }[] = [];
    for (let after = 0; ; ) {
      const page = await read(id, { first: 1, after });
      events.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) break;
      after = Number(page.pageInfo.endCursor);
    }
    expectDense(events, 0, log.at(-1)!.seq);
  });

  test('is marked for readers of some types however often their pages have gaps', async () => {
    const say = { type: 'TokensGenerated', data: { callId: 'c', text: 'x' } } as const;
    const go = { type: 'ProgressMade', data: { progress: 0.5 } } as const;
    const runId = await endedRun(server, ann, Array.from({ length: 30 }, () => [say, go]).flat());
    await server.store.database.pool.query('delete from run_text where run_id = $1', [runId]);
    const id = Buffer.from(`Task:${runId}`).toString('base64url');
    const types = ['RUN_COMPLETED', 'EVENTS_EXPIRED'];
    const gaps: number[] = [];
    for (let page = await read(id, { first: 10, types }); ; ) {
      gaps.push(...page.nodes.map(({ firstSeq }: { firstSeq: number }) => firstSeq));
      if (!page.pageInfo.hasNextPage) break;
      page = await read(id, { first: 10, types, after: Number(page.pageInfo.endCursor) });
    }
    expect(gaps).toHaveLength(30);
  });

  test('is in the result, which readers of the text receive', async () => {
    const { id, log, output } = await completed(8);
    const middle = log.find(({ __typename: type }) => type === 'TokensGenerated')!.seq;
    for (const after of [0, middle]) {
      const parts = await Array.fromAsync(
        ann.subscribe(
          'subscription ($id: ID!, $after: Int) { text(taskId: $id, after: $after) { text isRestart textSoFar } }',
          { id, after },
        ),
      );
      expect(parts.map((part) => data(part).text)).toEqual([
        { text: output, isRestart: true, textSoFar: output },
      ]);
    }
    expect((await ann.task(id)).result.output).toBe(output);
  });

  test('is there a day before', async () => {
    const { id, log } = await completed(6);
    expect((await read(id)).nodes).toHaveLength(log.length);
  });

  test('frees the bytes that it had', async () => {
    const sizes = async () =>
      (
        await server.store.database.pool.query<{ bytes: number; counted: number; text: number }>(
          `select bytes::int, counted_bytes::int as counted, text_bytes::int as text from run where id = $1`,
          [plain(id)],
        )
      ).rows[0]!;
    const id = await ann.createTask({ prompt: 'Count to five.', model: 'demo' });
    await followed(id);
    const before = await sizes();
    expect(before.text).toBeGreaterThan(0);
    await age(server, [id], 8);
    await pass(server);
    const bytes = before.bytes - before.text;
    expect(await sizes()).toEqual({ bytes, counted: bytes, text: 0 });
  });
});

describe('logs that are older than 40 days', () => {
  test('are one marker, which ends who follows them', async () => {
    const { id, log, output } = await completed(41);
    const last = log.at(-1)!.seq;
    const marker = { __typename: 'EventsExpired', seq: last, firstSeq: 1, runStatus: 'COMPLETED' };
    expect((await read(id)).nodes).toEqual([marker]);
    expect(await followed(id)).toMatchObject([{ __typename: 'EventsExpired', seq: last }]);
    expect((await read(id, { after: 3 })).nodes).toEqual([{ ...marker, firstSeq: 4 }]);
    expect((await read(id, { after: last })).nodes).toEqual([]);
    expect((await read(id, { types: ['RUN_COMPLETED'] })).nodes).toEqual([]);
    expect((await read(id, { types: ['RUN_COMPLETED', 'EVENTS_EXPIRED'] })).nodes).toEqual([marker]);
    expect((await ann.task(id)).result.output).toBe(output);
  });
});
