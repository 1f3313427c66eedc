import { sumsOf } from './sums.ts';

/** Where runs are read from, to be counted without the counters. */
export interface CountedRuns {
  /** SQL of rows of `run` that are not parts, with a column `at`: when they were created. */
  whole: string;
  /** SQL of `id`, `owner_id`, `session_id` and `at` of them and of their parts. */
  member: string;
  /** Whether there are few, so that what belongs to them is read by its index. */
  isFew: boolean;
}

/** All runs of the database. Parts of a run that was deleted a moment ago still count. */
export const ALL_RUNS: CountedRuns = {
  whole: 'select *, created_at as at from run where parent_id is null',
  member: 'select id, owner_id, session_id, coalesce(whole_created_at, created_at) as at from run',
  isFew: false,
};

/**
 * SQL of rows of `counter_change`, without ids: one for each run, model call, score and result, as the triggers write
 * them. @param withTypes whether types of runs are among them
 */
export function countedRowsSql({ whole, member, isFew }: CountedRuns, withTypes: boolean): string {
  const join = (table: string, column: string, of = 'whole') =>
    isFew
      ? `${of} cross join lateral (select * from ${table} where ${column} = ${of}.id offset 0) as ${table}`
      : `${of} join ${table} on ${table}.${column} = ${of}.id`;
  const parts = [
    `select ${factsOf('whole')}, 'run' as subject, kind as name, status as detail, duration_bucket(duration_ms) as bucket,
      ${sumsOf({ count: '1', duration_ms: 'coalesce(duration_ms, 0)' })} from whole`,
    `select ${factsOf('member')}, 'call', provider, model, -1, ${CALL_SUMS} from ${join('model_call', 'run_id', 'member')}`,
    `select ${factsOf('whole')}, 'outcome', '', '', coalesce(round((result ->> 'score')::numeric * 100)::int, -1),
      ${OUTCOME_SUMS} from ${join('orchestration', 'id')} where result is not null`,
    `select ${factsOf('whole')}, 'answer', provider, model, -1,
      ${sumsOf({ count: '1', score: 'round(score::numeric, 6)' })}
      from ${join('orchestration_round', 'orchestration_id')} where score is not null and model is not null`,
    ...(withTypes
      ? [
          `select ${factsOf('whole')}, 'type', task.kind, coalesce(type, ''), -1, ${sumsOf({ count: '1' })}
            from ${join('task', 'id')} where task.kind <> 'prompt' or type is not null`,
          `select ${factsOf('whole')}, 'type', 'orchestration', domain, -1, ${sumsOf({ count: '1' })}
            from ${join('orchestration', 'id')} where domain is not null`,
        ]
      : []),
  ];
  return `
    with whole as materialized (${whole}), member as (${member}) ${parts.join('\n    union all ')}`;
}

const factsOf = (run: string) => `${run}.owner_id, ${run}.session_id,
      (select user_label from session where session.id = ${run}.session_id) as user_label,
      date_trunc('hour', ${run}.at, 'UTC') as at`;

/** SQL: a number of a completed call; 0 where it is unknown. */
const known = (column: string) =>
  `case when model_call.status = 'completed' then coalesce(round(${column}::numeric, 3), 0) else 0 end`;
const isKnown = (column: string) => `(model_call.status = 'completed' and ${column} is not null)::int`;

const CALL_SUMS = sumsOf({
  count: '1',
  failed: `(model_call.status = 'failed')::int`,
  unpriced: '(cost is null)::int',
  cost: 'coalesce(cost, 0)',
  input_tokens: 'coalesce(input_tokens, 0)',
  output_tokens: 'coalesce(output_tokens, 0)',
  duration_ms: known('latency_ms'),
  timed: isKnown('latency_ms'),
  first_token_ms: known('time_to_first_token_ms'),
  begun: isKnown('time_to_first_token_ms'),
});

const OUTCOME_SUMS = sumsOf({
  count: '1',
  score: `coalesce(round((result ->> 'score')::numeric, 6), 0)`,
  iterations: `coalesce((result ->> 'iterations')::numeric::int, 0)`,
});
