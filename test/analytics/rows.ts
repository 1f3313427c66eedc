import type { Store } from '../../src/store/store.ts';
import { type Client, data } from '../harness/client.ts';

/** Runs with all that analytics count, as workers would have left them. */
export interface Row {
  owner: string;
  session?: string;
  kind?: 'task' | 'execution' | 'orchestration';
  status?: string;
  /** In UTC. */
  at?: string;
  /** From start to end; absent: it has neither. */
  seconds?: number;
  parent?: string;
  result?: object;
  calls?: Call[];
  rounds?: { model: string; score: number | null }[];
  agent?: string;
}

export interface Call {
  model?: string;
  provider?: string;
  status?: string;
  input?: number | null;
  output?: number | null;
  cost?: number | null;
  latencyMs?: number;
  firstTokenMs?: number;
}

let made = 0;

/** @returns the id of its run. */
export async function addRun({ database: { pool } }: Store, row: Row): Promise<string> {
  made += 1;
  const id = `run${made}`;
  const { kind = 'task', status = 'completed', at = '2026-11-20T12:00:00Z', seconds } = row;
  await pool.query(
    `insert into run (id, kind, owner_id, session_id, origin, status, parent_id, created_at, updated_at, duration_ms, agent_id)
     values ($1, $2, $3, $4, 'graphql', $5, $6, $7, $7, case when $5 in ('completed', 'failed') then $8::numeric * 1000 end, $9)`,
    [
      id,
      kind,
      row.owner,
      row.session ?? null,
      status,
      row.parent ?? null,
      at,
      seconds ?? null,
      row.agent ?? null,
    ],
  );
  await addWork(pool, id, kind, row);
  if (seconds !== undefined) {
    await pool.query(
      `update ${kind} set started_at = $2::timestamptz, completed_at = $2::timestamptz + $3 * interval '1 second' where id = $1`,
      [id, at, seconds],
    );
  }
  for (const [index, call] of (row.calls ?? []).entries())
    await addCall(pool, `${id}-${index}`, id, at, call);
  for (const [index, { model, score }] of (row.rounds ?? []).entries()) {
    await pool.query(
      `insert into orchestration_round (orchestration_id, iteration, selected, reason, provider, model, score)
       values ($1, $2, '{}', 'x', 'openai', $3, $4)`,
      [id, index + 1, model, score],
    );
  }
  return id;
}

type Pool = Store['database']['pool'];

async function addWork(pool: Pool, id: string, kind: Row['kind'], { result, agent }: Row): Promise<void> {
  const statements = {
    task: `insert into task (id, result, kind, prompt, agent_id) values ($1, $2, 'prompt', 'x', $3)`,
    execution: `insert into execution (id, result, workflow_id, workflow_name, workflow_version, definition, input, parameters, trigger)
      values ($1, $2, 'w', coalesce($3, 'w'), 1, '{"steps": []}', '{}', '{}', 'request')`,
    orchestration: `insert into orchestration (id, result, prompt, candidates, reasoning, evaluation_threshold, max_iterations)
      values ($1, $2, coalesce($3, 'x'), '[]', 'x', 8, 5)`,
  };
  await pool.query(statements[kind ?? 'task'], [id, result ? JSON.stringify(result) : null, agent ?? null]);
}

async function addCall(pool: Pool, id: string, runId: string, at: string, call: Call): Promise<void> {
  const {
    model = 'gpt-4o',
    provider = 'openai',
    status = 'completed',
    input = 0,
    output = 0,
    cost = 0,
  } = call;
  await pool.query(
    `insert into model_call (id, run_id, attempt, provider, model, status, input_tokens, output_tokens, cost, started_at,
       latency_ms, time_to_first_token_ms) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[id, runId, provider, model, status, input, output, cost, at],
      ...[call.latencyMs ?? null, call.firstTokenMs ?? null],
    ],
  );
}

/** The id that the store knows a GraphQL object by. */
export function localIdOf(globalId: string): string {
  return Buffer.from(globalId, 'base64url').toString().split(':')[1]!;
}

export async function userIdOf(client: Client): Promise<string> {
  return localIdOf(data(await client.query('{ viewer { id } }')).viewer.id);
}
