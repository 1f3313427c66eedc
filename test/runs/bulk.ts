import type { Pool } from 'pg';
import { type Client, data } from '../harness/client.ts';

export type Given = Record<string, unknown>;
export type Mutation = 'cancelRuns' | 'retryRuns' | 'deleteRuns';

const BULK = `__typename id status progress priority createdAt startedAt endedAt error { code message } cancelReason
  ... on BulkOperation { action matched done skipped failed examples { runId exception code message } }`;

/** @throws Error with the message of the first error */
export async function request(client: Client, name: Mutation, input: Given): Promise<{ id: string }> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const answer = await client.query(
    `mutation ($input: ${type}!) { ${name}(input: $input) { bulkOperation { ${BULK} } } }`,
    { input },
  );
  if (answer.errors) throw new Error(answer.errors[0]!.message);
  return answer.data[name].bulkOperation;
}

export const bulk = request;

export async function runOf(client: Client, id: string) {
  return data(await client.query(`query ($id: ID!) { run(id: $id) { ${BULK} } }`, { id })).run;
}

/** The run of a request, once it has ended. */
export async function ended(client: Client, requested: Promise<{ id: string }>) {
  const { id } = await requested;
  for await (const _event of client.subscribe('subscription ($id: ID!) { runEvents(runId: $id) { seq } }', {
    id,
  }));
  return runOf(client, id);
}

export async function statuses(client: Client, ids: readonly string[]): Promise<string[]> {
  return Promise.all(ids.map(async (id) => (await runOf(client, id)).status));
}

/** So many tasks of a client, written without a request for each. @returns their ids */
export async function fill(
  pool: Pool,
  client: Client,
  count: number,
  status: 'pending' | 'failed' = 'pending',
): Promise<string[]> {
  const first = await client.createTask({ prompt: 'x', model: 'demo@tokens=1,itl=0', hold: true });
  const firstId = Buffer.from(first, 'base64url').toString().slice('Task:'.length);
  const { rows } = await pool.query<{ id: string }>(
    `with first as (
       update run set status = $3 where id = $1 returning owner_id
     ), made as (
       insert into run (id, kind, owner_id, origin, status, created_at, last_seq)
       select gen_random_uuid()::text, 'task', owner_id, 'graphql', $3, now(), 1 from first, generate_series(2, $2::int)
       returning id, month, owner_id
     ), logged as (
       insert into run_event (month, run_id, seq, attempt, type, data, owner_id, place, xid)
       select month, id, 1, 0, 'RunCreated', '{"kind":"prompt"}', owner_id, pg_current_xact_id(), pg_current_xact_id() from made
     ), asked as (
       insert into task (id, kind, prompt, provider, model)
       select id, 'prompt', 'x', 'demo', 'demo@tokens=1,itl=0' from made
     )
     select id from made`,
    [firstId, count, status],
  );
  return [first, ...rows.map(({ id }) => Buffer.from(`Task:${id}`).toString('base64url'))];
}
