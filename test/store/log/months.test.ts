import { beforeEach, describe, expect, test } from 'vitest';
import { type LogMonth, listMonths, makeMonths } from '../../../src/store/log/months.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

const server = fixture(() => startTestServer());
const pool = () => server.store.database.pool;

async function monthsOf(table: LogMonth['table']): Promise<LogMonth[]> {
  return (await listMonths(server.store.database)).filter((month) => month.table === table);
}

async function namesOf(table: LogMonth['table']): Promise<string[]> {
  return (await monthsOf(table)).map(({ month }) => month.slice(0, 7));
}

/** The present month and the next two, in UTC. */
function comingMonths(): string[] {
  const now = new Date();
  const first = (ahead: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
  return [0, 1, 2].map((ahead) => first(ahead).toISOString().slice(0, 7));
}

describe('months that come', () => {
  const last = comingMonths().at(-1)!;
  const removeLast = () =>
    pool().query(
      `drop table if exists run_event_${last.replace('-', '_')}, run_text_${last.replace('-', '_')}`,
    );
  beforeEach(removeLast);

  test('get partitions of both tables, once', async () => {
    await Promise.all([makeMonths(server.store.database), makeMonths(server.store.database)]);
    for (const table of ['run_event', 'run_text'] as const)
      expect(await namesOf(table)).toEqual(['-infini', ...comingMonths()]);
  });

  test('stay without, where rows are among those without a month of their own', async () => {
    await pool().query(
      `insert into run_text (month, run_id, seq, attempt, type, call_id, text)
       values ('${last}-01', 'r', 1, 1, 'TokensGenerated', 'c', 'x')`,
    );
    await makeMonths(server.store.database);
    expect(await namesOf('run_event')).toContain(last);
    expect(await namesOf('run_text')).not.toContain(last);
    await pool().query('delete from run_text_default');
  });

  test('wait, while somebody holds the table, for less than a second; others wait no longer', async () => {
    const holder = await pool().connect();
    await holder.query('begin; lock table run_event_default in access share mode');
    const begun = performance.now();
    await expect(makeMonths(server.store.database)).rejects.toMatchObject({ code: '55P03' });
    expect(performance.now() - begun).toBeLessThan(2_000);
    await holder.query('rollback');
    holder.release();
    await makeMonths(server.store.database);
    expect(await namesOf('run_event')).toContain(last);
  });
});
