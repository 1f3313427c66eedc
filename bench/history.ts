import { query } from './postgres.ts';

/** Whose work the history is, in the words of a client that has users of its own. */
export const HISTORY_USER = 'user 0';
export const HISTORY_SESSION = 'history-session-0';
export const HISTORY_TASK = 'history-run-1';

/**
 * What an account leaves in three months: 5,000 runs of four users in 100 sessions, every tenth an orchestration of
 * two rounds, with two model calls each. Its tasks are the built-in agents' in turns.
 */
const STATEMENTS = [
  `insert into session (id, owner_id, origin, user_label)
   select 'history-session-' || i, $1, 'orchestratex', 'user ' || i % 4 from generate_series(0, 99) as i`,
  `insert into run (id, kind, owner_id, session_id, origin, status, created_at, updated_at)
   select 'history-run-' || i, case when i % 10 = 0 then 'orchestration' else 'task' end, $1,
     'history-session-' || i / 51, 'orchestratex', case when i % 7 = 0 then 'failed' else 'completed' end, at, at
   from generate_series(1, 5000) as i, lateral (select now() - i * interval '26 minutes' as at) as made`,
  `insert into task (id, kind, type, prompt, provider, model, agent_id, progress, iterations, result, started_at,
     completed_at)
   select run.id, 'agent', 'security_scan', repeat('A sentence of some length. ', 40), 'openai', 'gpt-4o',
     agents.ids[1 + row_number() over () % cardinality(agents.ids)], 1, 2,
     jsonb_build_object('success', true, 'summary', 'It is done.', 'output', repeat('What came of it. ', 60)),
     created_at, created_at + interval '3 seconds'
   from run, (select array_agg(id) as ids from agent where owner_id is null) as agents
   where run.owner_id = $1 and run.kind = 'task'`,
  `insert into orchestration (id, prompt, candidates, reasoning, evaluation_threshold, max_iterations, started_at,
     completed_at, result)
   select id, 'x', '[]', 'x', 8, 5, created_at, created_at + interval '30 seconds', '{"score": 8, "iterations": 2}'
   from run where owner_id = $1 and kind = 'orchestration'`,
  `insert into orchestration_round (orchestration_id, iteration, selected, reason, provider, model, score)
   select id, i, '{}', 'x', 'openai', 'gpt-4o', 5 + i from run, generate_series(1, 2) as i
   where owner_id = $1 and kind = 'orchestration'`,
  `insert into model_call (id, run_id, attempt, provider, model, status, cost, input_tokens, output_tokens, started_at,
     latency_ms, time_to_first_token_ms)
   select id || '-' || i, id, 1, 'openai', case i when 1 then 'gpt-4o' else 'gpt-4.1' end, 'completed', 0.001, 100, 10,
     created_at, 1000, 100
   from run, generate_series(1, 2) as i where owner_id = $1`,
];

export async function fillHistory(databaseUrl: string, ownerId: string): Promise<void> {
  for (const statement of STATEMENTS) await query(databaseUrl, statement, [ownerId]);
  await query(databaseUrl, 'vacuum analyze');
}
