import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { PoolClient } from 'pg';
import { describe, expect, test } from 'vitest';
import { deleteLogs, readEvents } from '../../../src/store/log/event-log.ts';
import type { LoggedEvent } from '../../../src/store/log/events.ts';
import { commitBatches } from '../../../src/store/log/generated-text/commit-text.ts';
import { readTexts } from '../../../src/store/log/generated-text/read-text.ts';
import { openLease } from '../../../src/store/log/lease.ts';
import { fixture } from '../../harness/fixture.ts';
import { type EarlierDatabase, migrateFilled, openEarlier } from '../../harness/migrated-database.ts';
import { APPEND, COMMIT, CREATE, DELETE, DELETE_STRAY, READ, READ_FEED, READ_TEXT } from './before-months.ts';

/** The last migration that knows one table of events. */
const BEFORE = 'Migration20261130122954';

const CALL = JSON.stringify({ callId: 'c', provider: 'demo', model: 'demo' });

/** Runs in the middle of their text, and some that have ended. */
const fill = (runs: number, texts: number) => [
  `insert into app_user (id, email, name) values ('ann', 'ann@example.com', 'Ann')`,
  `insert into run (id, kind, owner_id, origin, status, last_seq)
   select 'r' || i, 'task', 'ann', 'graphql', case when i % 2 = 0 then 'completed' else 'running' end, ${texts + 1}
   from generate_series(1, ${runs}) as i`,
  `insert into event (run_id, seq, attempt, type, data, owner_id, place, xid)
   select id, 1, 0, 'ModelCallStarted', '${CALL}', 'ann', pg_current_xact_id(), pg_current_xact_id() from run`,
  `insert into event (run_id, seq, attempt, type, data)
   select id, 1 + i, 0, 'TokensGenerated', '{"callId": "c", "text": "."}' from run, generate_series(1, ${texts}) as i`,
];

const progress = (value: number) => [{ type: 'ProgressMade', data: { progress: value } }];

async function writtenBefore({ pool }: EarlierDatabase, runId: string): Promise<number> {
  return (await pool.query('select written from run where id = $1', [runId])).rows[0].written;
}

/** A batch of text, as a server of the version before writes it. */
async function commitAsBefore(database: EarlierDatabase, runId: string, text: string): Promise<void> {
  const data = JSON.stringify({ callId: 'c', text });
  const before = await writtenBefore(database, runId);
  const values = [[runId], [0], [before], [1], ['TokensGenerated'], [data]];
  expect((await database.pool.query({ name: 'commit-as-before', text: COMMIT, values })).rowCount).toBe(1);
}

async function commitAsNow(database: EarlierDatabase, runId: string, text: string): Promise<void> {
  const lease = openLease({ id: runId, epoch: 0 });
  const before = await writtenBefore(database, runId);
  const batches = [{ type: 'TokensGenerated' as const, callId: 'c', texts: [text] }];
  expect((await commitBatches(database, [{ lease, batches }], () => before)).size).toBe(1);
}

async function logOf(database: EarlierDatabase, runId: string): Promise<LoggedEvent[]> {
  const log: LoggedEvent[] = [];
  for (let hasMore = true; hasMore; ) {
    const page = await readEvents(database, runId, log.length);
    log.push(...page.events);
    hasMore = page.hasMore;
  }
  return log;
}

async function expectGapless(database: EarlierDatabase, runId: string): Promise<void> {
  const seqs = (await logOf(database, runId)).map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  const { rows } = await database.pool.query('select last_seq from run where id = $1', [runId]);
  expect(seqs.length).toBe(rows[0].last_seq);
}

describe('after the migration, a server of the version before', () => {
  const database = fixture(() => migrateFilled(BEFORE, fill(10, 5)));
  const create = (id: string) =>
    database.pool.query(CREATE, [
      id,
      'ann',
      JSON.stringify([...progress(0.1), { type: 'ModelCallStarted', data: JSON.parse(CALL) }]),
    ]);
  const textOf = async (runId: string) => {
    const now = (await readTexts(database, 'TokensGenerated', [{ runId, seq: 1_000 }]))[0];
    expect((await database.pool.query(READ_TEXT, [[runId], [1_000]])).rows[0].text).toBe(now);
    return now;
  };

  test('goes on with a run in the middle of its text, by turns with one of this version', async () => {
    for (const [index, commit] of [commitAsBefore, commitAsNow, commitAsBefore].entries())
      await commit(database, 'r1', String(index));
    expect(await textOf('r1')).toBe('.....012');
    await expectGapless(database, 'r1');
    expect((await database.pool.query(READ, ['r1', 3])).rows.map(({ seq }) => seq)).toEqual([
      4, 5, 6, 7, 8, 9,
    ]);
  });

  test('creates runs, and is told their events as before', async () => {
    const { rows } = await create('new');
    expect(rows).toMatchObject([
      { runId: 'new', seq: 1, type: 'ProgressMade', data: { progress: 0.1 }, ownerId: 'ann', runKind: null },
      { runId: 'new', seq: 2, type: 'ModelCallStarted', at: expect.any(Date) },
    ]);
    await commitAsBefore(database, 'new', 'a');
    await commitAsNow(database, 'new', 'b');
    const end = JSON.stringify([{ type: 'RunCompleted', data: { result: {} } }]);
    const [answer] = (await database.pool.query(APPEND, ['new', 0, end])).rows;
    expect(answer.events).toMatchObject([{ seq: 5, type: 'RunCompleted', runKind: 'task' }]);
    expect(await textOf('new')).toBe('ab');
    await expectGapless(database, 'new');
  });

  test('writes into the month of the run', async () => {
    await create('placed');
    await commitAsBefore(database, 'placed', 'a');
    const { rows } = await database.pool.query(
      `select tableoid::regclass::text as name from run_event where run_id = 'placed'
       union select tableoid::regclass::text from run_text where run_id = 'placed' order by name`,
    );
    const month = new Date().toISOString().slice(0, 7).replace('-', '_');
    expect(rows.map(({ name }) => name)).toEqual([`run_event_${month}`, `run_text_${month}`]);
  });

  test('reads feeds', async () => {
    await create('fed');
    const { rows } = await database.pool.query(READ_FEED, ['ann', '0', '', 0]);
    expect(rows.filter(({ run_id }) => run_id === 'fed').map(({ seq }) => seq)).toEqual([1, 2]);
    expect(rows.filter(({ run_id }) => run_id === 'r3').map(({ seq }) => seq)).toEqual([1]);
  });

  test('deletes logs, of runs from before and after; this version does as well', async () => {
    for (const id of ['gone', 'gone, too']) {
      await create(id);
      await commitAsBefore(database, id, 'a');
    }
    await database.pool.query(DELETE, [['r5', 'gone']]);
    const client = database.pool as unknown as PoolClient;
    await deleteLogs(client, ['r7', 'gone, too']);
    for (const id of ['r5', 'gone', 'r7', 'gone, too'])
      expect(await logOf(database, id)).toMatchObject([{ type: 'EventsExpired', data: { firstSeq: 1 } }]);
    await database.pool.query(DELETE_STRAY, ['ann']);
    expect(await logOf(database, 'r3')).toHaveLength(6);
  });
});

describe('given a database in use, of 100,000 events', () => {
  const RUNS = 100;
  const SOON = { timeout: 20_000, interval: 20 };
  const database = fixture(() => openEarlier(BEFORE, fill(RUNS, 1_000)));

  /** Appends to one run after the other, as the version before, until the signal aborts. */
  async function write(first: number, signal: AbortSignal, waits: number[]): Promise<number> {
    let written = 0;
    const timed = async (act: () => Promise<unknown>) => {
      const begun = performance.now();
      await act();
      waits.push(performance.now() - begun);
    };
    for (let i = first; !signal.aborted; i = (i + 4) % RUNS) {
      await timed(() => commitAsBefore(database, `r${i}`, 'x'));
      await timed(() =>
        database.pool.query({
          name: 'append',
          text: APPEND,
          values: [`r${i}`, 0, JSON.stringify(progress(0.5))],
        }),
      );
      await timed(() => database.pool.query({ name: 'read-as-before', text: READ, values: [`r${i}`, 900] }));
      written += 2;
    }
    return written;
  }

  /** A transaction that keeps the migration from changing the tables. */
  async function readAtLength(): Promise<{ end(): Promise<void> }> {
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query('select from event limit 1');
    return {
      async end() {
        await client.query('rollback');
        client.release();
      },
    };
  }

  /** Whether the migration waits for a lock, and others behind it. */
  async function isRefused(): Promise<boolean> {
    const { rowCount } = await database.pool.query(
      `select from pg_locks where relation is not null and mode = 'AccessExclusiveLock' and not granted`,
    );
    return rowCount !== 0;
  }

  test('nobody waits for longer than two seconds, and nothing is lost', async () => {
    const waits: number[] = [];
    const stopping = new AbortController();
    const writers = [1, 3].map((first) => write(first, stopping.signal, waits));
    const [reader, migrated] = [await readAtLength(), database.migrate()];
    for (const isWaiting of [true, false, true]) await expect.poll(isRefused, SOON).toBe(isWaiting);
    await reader.end();
    await migrated;
    const after = waits.length + 100;
    await expect.poll(() => waits.length, { timeout: 20_000 }).toBeGreaterThan(after);
    stopping.abort();
    const written = (await Promise.all(writers)).reduce((sum, each) => sum + each);
    expect(Math.max(...waits)).toBeLessThan(2_000);
    const { rows } = await database.pool.query<{ id: string }>('select id from run');
    let logged = 0;
    for (const { id } of rows) {
      await expectGapless(database, id);
      logged += (await logOf(database, id)).length;
    }
    expect(logged).toBe(RUNS * 1_001 + written);
  }, 120_000);
});

describe('given a migration that is killed', () => {
  const database = fixture(() => openEarlier(BEFORE, fill(10, 5)));
  const is = async (condition: string) =>
    (await database.pool.query(`select coalesce(${condition}, false) as is`)).rows[0].is;

  /** Starts the migration and kills it once it has come so far, while somebody reads a table that it needs. */
  async function killWhen(condition: string, held: string): Promise<void> {
    const holder = await database.pool.connect();
    await holder.query(`begin; lock table ${held} in access share mode`);
    const child = fork(new URL('./migrate.ts', import.meta.url), [database.url]);
    const exit = once(child, 'exit');
    await expect.poll(() => is(condition), { timeout: 30_000 }).toBe(true);
    child.kill('SIGKILL');
    expect((await exit)[1]).toBe('SIGKILL');
    await holder.query('rollback');
    holder.release();
  }

  test('it is done when it is started again, wherever it stopped', async () => {
    await killWhen(`to_regclass('run_event') is not null`, 'event');
    await commitAsBefore(database, 'r1', 'a');
    await killWhen(`(select convalidated from pg_constraint where conname = 'event_month_old')`, 'run');
    await commitAsBefore(database, 'r1', 'b');
    await database.migrate();
    // It was done, and its name not yet written down.
    await database.pool.query('delete from polyphony_migration where name > $1', [BEFORE]);
    await database.migrate();
    await commitAsNow(database, 'r1', 'c');
    expect(await readTexts(database, 'TokensGenerated', [{ runId: 'r1', seq: 100 }])).toEqual(['.....abc']);
    await expectGapless(database, 'r1');
  }, 90_000);
});
