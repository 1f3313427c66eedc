import type { Pool } from 'pg';
import { expect } from 'vitest';
import { type Analytics, readAnalytics } from '../../src/store/analytics/analytics.ts';
import { compareCounters } from '../../src/store/analytics/counters/compare-counters.ts';
import type { Database } from '../../src/store/database/database.ts';

/** What an account did, counted in the rows that runs and their work are stored in, without any column for counters. */
const COUNT = `
  with whole as (
    select run.id, run.kind, run.status from run where owner_id = $1 and parent_id is null
  ), call as (
    select model_call.* from model_call join run on run.id = model_call.run_id where owner_id = $1
  ), took as (
    select extract(epoch from completed_at - started_at)::float8 * 1000 as ms from whole join (
      select id, started_at, completed_at from task union all select id, started_at, completed_at from execution
      union all select id, started_at, completed_at from orchestration union all select id, started_at, completed_at from bulk
    ) as work using (id)
    where status in ('completed', 'failed') and started_at is not null
  )
  select
    (select coalesce(json_agg(json_build_array(kind, status, count) order by kind, status), '[]') from (
      select kind, status, count(*) from whole group by kind, status) as counted) as runs,
    (select json_build_array(count(*), count(*) filter (where status = 'failed'), coalesce(sum(cost), 0)::float8,
      count(*) filter (where cost is null) = 0, coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0))
     from call) as calls,
    (select json_build_array(count(*), coalesce(avg(greatest(ms, 0)), 0)) from took) as durations,
    (select json_build_array(count(*), max((result ->> 'score')::float8), coalesce(sum((result ->> 'iterations')::int), 0))
     from whole join orchestration using (id) where status = 'completed') as orchestrations,
    (select count(*)::int from orchestration_round join whole on whole.id = orchestration_id where score is not null) as scores`;

async function countRows(pool: Pool, ownerId: string) {
  const { rows } = await pool.query(COUNT, [ownerId]);
  const { durations, ...counted } = rows[0];
  return { ...counted, durations: [durations[0], expect.closeTo(durations[1], 1)] };
}

function shown({ runs, durations, orchestrations, models, ...calls }: Analytics) {
  const { completed, bestScore, averageIterations } = orchestrations;
  return {
    runs: runs.map(({ kind, status, count }) => [kind, status, count]).sort(),
    calls: [
      ...[calls.modelCalls, calls.failedModelCalls, calls.cost, calls.costComplete],
      ...[calls.inputTokens, calls.outputTokens],
    ],
    durations: [durations.finishedRuns, durations.averageMs ?? 0],
    orchestrations: [completed, bestScore, Math.round((averageIterations ?? 0) * completed)],
    scores: models.reduce((sum, { scoredAnswers }) => sum + scoredAnswers, 0),
  };
}

const EVER = { from: new Date('2020-01-01T00:00:00Z'), to: null };

/** Every counter is the total of its rows, and what an account is shown of all time is what its rows have. */
export async function expectExactCounters(database: Database, ownerIds: readonly string[]): Promise<void> {
  expect(await compareCounters(database)).toEqual([]);
  for (const ownerId of ownerIds) {
    const scope = { ownerId, sessionId: null, userLabel: null, window: EVER };
    const analytics = await readAnalytics(database, scope);
    expect(shown(analytics)).toEqual(await countRows(database.pool, ownerId));
  }
}
