import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { MAX_PAGE_BYTES, MAX_PAGE_PIECES } from '../../../src/rules/runs/text-pages.ts';
import { storable } from '../../../src/rules/text/text.ts';
import { readEventPages } from '../../../src/store/log/event-pages.ts';
import type { NewEvent } from '../../../src/store/log/events.ts';
import { followRun } from '../../../src/store/log/follow-run.ts';
import { findTextTicket, joinText } from '../../../src/store/log/generated-text/join-text.ts';
import { readTexts } from '../../../src/store/log/generated-text/read-text.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { countRows, endedRun, joinAll, readLog, text } from './joined-text.ts';

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());

/** Pieces as providers send them: halves of surrogate pairs, NUL and nothing are made storable before they are written. */
const said = fc
  .oneof(
    { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
    fc.constantFrom('', '\ud83d', '\ude00', '😀', '\0', 'é', '\u2028'),
    fc.string({ unit: 'grapheme', minLength: 200, maxLength: 2_000 }),
  )
  .map(storable);
const stretch = fc.record({
  callId: fc.constantFrom('one', 'two'),
  type: fc.constantFrom('TokensGenerated', 'ReasoningGenerated'),
  texts: fc.array(said, { minLength: 1, maxLength: 60 }),
  isFollowed: fc.boolean(),
});
const log = fc.array(stretch, { minLength: 1, maxLength: 5 }).map((stretches) => {
  const events = stretches.flatMap(({ callId, type, texts, isFollowed }): NewEvent[] => [
    ...texts.map((each) => ({ type, data: { callId, text: each } }) as NewEvent),
    ...(isFollowed ? [{ type: 'ProgressMade', data: { progress: 0.5 } } as NewEvent] : []),
  ]);
  const call = { callId: 'one', provider: 'demo', model: 'demo' } as const;
  return [{ type: 'ModelCallStarted', data: call } as NewEvent, ...events];
});

test('whatever the text, a log is the same after it was joined: replayed, resumed anywhere, and by pages and types', async () => {
  const { database } = server.store;
  await fc.assert(
    fc.asyncProperty(log, fc.nat(), fc.integer({ min: 1, max: 50 }), async (events, somewhere, limit) => {
      const runId = await endedRun(server, ann, events);
      const after = somewhere % (events.length + 1);
      const seen = async () => ({
        whole: await readLog(server, runId),
        rest: await readLog(server, runId, after),
        page: await readEventPages(database, [runId], { after, limit, types: null }),
        reasoning: await readEventPages(database, [runId], { after, limit, types: ['ReasoningGenerated'] }),
        marked: await readEventPages(database, [runId], {
          after,
          limit,
          types: ['ProgressMade', 'TextExpired'],
        }),
        texts: await readTexts(database, 'TokensGenerated', [
          { runId, seq: after + 2 },
          { runId, seq: events.length + 1 },
        ]),
        view: (
          await database.pool.query('select seq, type, data, at from event where run_id = $1 order by seq', [
            runId,
          ])
        ).rows,
      });
      const before = await seen();
      expect(before.whole.map(({ data }) => data).slice(-events.length)).toEqual(
        events.map(({ data }) => data),
      );
      await joinAll(server);
      expect(await seen()).toEqual(before);
    }),
    { numRuns: 40, endOnFailure: true },
  );
}, 120_000);

test('a log of 100,000 events with text is replayed, and resumed in the middle, by tens of rows', async () => {
  const count = 100_000;
  const runId = await endedRun(
    server,
    ann,
    Array.from({ length: count }, (_, index) => text(`${index} `)),
  );
  await joinAll(server);
  expect(await countRows(server, runId)).toBeLessThanOrEqual(Math.ceil(count / MAX_PAGE_PIECES) + 1);
  const spy = vi.spyOn(server.store.database.pool, 'query');
  let seq = 1;
  const signal = AbortSignal.timeout(60_000);
  for await (const event of followRun(server.store, runId, 1, signal)) {
    expect(event).toMatchObject({ seq: seq + 1, data: { text: `${seq - 1} ` } });
    seq = event.seq;
    if (seq === count + 1) break;
  }
  const pages = await Promise.all(
    spy.mock.results.map(({ value }) => value as Promise<{ rows: { text?: string }[] }>),
  );
  const rows = pages.flatMap((page) => page.rows);
  expect(rows.length).toBeLessThan(60);
  // What a reader holds is one read.
  for (const page of pages) {
    const characters = page.rows.reduce((sum, row) => sum + (row.text?.length ?? 0), 0);
    expect(characters).toBeLessThanOrEqual(2 * MAX_PAGE_BYTES);
  }
  spy.mockClear();
  const middle = await readEventPages(server.store.database, [runId], {
    after: 50_000,
    limit: 100,
    types: null,
  });
  // A page of text holds thousands, of which only those are sent.
  const [, sent] = await Promise.all(
    spy.mock.results.map(({ value }) => value as Promise<{ rows: object[] }>),
  );
  expect(JSON.stringify(sent!.rows).length).toBeLessThan(10_000);
  spy.mockRestore();
  expect(middle.map((event) => event.seq)).toEqual(Array.from({ length: 100 }, (_, index) => 50_001 + index));
}, 120_000);

test('given a reader that pages through a log while it is joined, then it misses nothing and receives nothing twice', async () => {
  const pieces = Array.from({ length: 2_000 }, (_, index) => text(`${index} `));
  for (const joinAfter of [0, 1, 5, 9]) {
    const runId = await endedRun(server, ann, pieces);
    let pages = 0;
    const joining = async () => {
      if (pages === joinAfter) await joinAll(server);
      pages += 1;
    };
    const read = await readLog(server, runId, 1, joining);
    expect(read.map(({ seq }) => seq)).toEqual(pieces.map((_, index) => index + 2));
    expect(read.map(({ data }) => data)).toEqual(pieces.map(({ data }) => data));
  }
});

test('given several workers and readers at once, then each run is joined once, and read whole all the time', async () => {
  const { database } = server.store;
  const pieces = Array.from({ length: 300 }, (_, index) => text(`${index} `));
  const runIds: string[] = [];
  for (let index = 0; index < 6; index += 1) runIds.push(await endedRun(server, ann, pieces));
  const read = async (runId: string) => {
    const events = await readLog(server, runId, 1);
    expect(events.map(({ data }) => data)).toEqual(pieces.map(({ data }) => data));
  };
  await Promise.all([
    ...runIds.flatMap((runId) => [1, 2, 3].map(() => joinText(database, runId))),
    ...runIds.flatMap((runId) => [1, 2, 3].map(() => read(runId))),
  ]);
  await joinAll(server);
  for (const runId of runIds) {
    expect(await countRows(server, runId)).toBe(1);
    await read(runId);
  }
});

test('the bytes of a run stay as they were; short logs get no ticket', async () => {
  const pieces = Array.from({ length: 100 }, () => text('some text'));
  const runId = await endedRun(server, ann, pieces);
  await joinAll(server);
  const { rows } = await server.store.database.pool.query('select bytes from run where id = $1', [runId]);
  expect(rows[0].bytes).toBe('12345');
  await endedRun(server, ann, pieces.slice(0, 10));
  expect(await findTextTicket(server.store.database, '')).toBeNull();
});

test('given a run that was retried or deleted before its turn, then its text stays as it is and the ticket goes', async () => {
  const { database } = server.store;
  const pieces = Array.from({ length: 100 }, () => text('x'));
  const [retried, deleted] = [await endedRun(server, ann, pieces), await endedRun(server, ann, pieces)];
  await database.pool.query(`update run set status = 'queued' where id = $1`, [retried]);
  await database.pool.query('delete from run where id = $1', [deleted]);
  await joinAll(server);
  expect(await countRows(server, retried)).toBe(100);
  await database.pool.query(`update run set status = 'failed' where id = $1`, [retried]);
  await joinAll(server);
  expect(await countRows(server, retried)).toBe(1);
});

test('given a worker that is killed in the middle, then the rows are as before, and another one joins them', async () => {
  const { database } = server.store;
  const runId = await endedRun(
    server,
    ann,
    Array.from({ length: 100 }, () => text('x')),
  );
  // Its last statement has to wait, and its connection ends meanwhile.
  const holder = await database.pool.connect();
  await holder.query('begin; lock table text_ticket in share mode');
  const joining = joinText(database, runId).catch((error) => error);
  await vi.waitFor(async () => {
    const { rows } = await holder.query(
      `select pg_terminate_backend(pid) from pg_locks where not granted and relation = 'text_ticket'::regclass`,
    );
    expect(rows).toHaveLength(1);
  });
  await holder.query('rollback');
  holder.release();
  expect(await joining).toBeInstanceOf(Error);
  expect(await countRows(server, runId)).toBe(100);
  await joinAll(server);
  expect(await countRows(server, runId)).toBe(1);
});
