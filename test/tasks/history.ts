import type { TestServer } from '../harness/server.ts';

/** A task as a worker left it. */
export interface PastTask {
  kind?: 'prompt' | 'agent' | 'template' | 'pull';
  type?: string | null;
  agentId?: string | null;
  templateName?: string | null;
  /** `provider/model` */
  model?: string | null;
  status?: 'completed' | 'failed' | 'cancelled' | 'running';
  result?: object | null;
  seconds?: number;
  isStarted?: boolean;
  prediction?: object | null;
}

const FAILURE = { code: 'PROVIDER_UNAVAILABLE', message: 'it did not answer' };

/** Puts tasks into the past of a user, in one statement; the last of them is the latest. */
export async function insertPast(server: TestServer, ownerId: string, past: readonly PastTask[]) {
  await server.store.database.pool.query(
    `with given as (
       select 'past-' || gen_random_uuid() as id, past.* from rows from (jsonb_to_recordset($2::jsonb) as (
         kind text, type text, "agentId" text, "templateName" text, provider text, model text, status text, result jsonb,
         error jsonb, seconds float8, "isStarted" boolean, prediction jsonb)) with ordinality as past
     ), runs as (
       insert into run (id, kind, owner_id, origin, status, created_at, agent_id, ended_at, duration_ms)
       select id, 'task', $1, 'graphql', status, now() - interval '1 day' + ordinality * interval '1 second', "agentId",
         case when status <> 'running' then now() end,
         case when status in ('completed', 'failed') and "isStarted" then seconds * 1000 end
       from given
     )
     insert into task (id, kind, type, prompt, agent_id, template_name, provider, model, result, error, prediction,
       started_at, completed_at)
     select id, kind, type, 'past', "agentId", "templateName", provider, model, nullif(result, 'null'), nullif(error, 'null'),
       nullif(prediction, 'null'), case when "isStarted" then now() - make_interval(secs => seconds) end,
       case when status <> 'running' then now() end from given`,
    [ownerId, JSON.stringify(past.map(row))],
  );
}

function row({ kind, status = 'completed', model = 'demo/demo', seconds = 10, ...given }: PastTask) {
  const [provider = null, name = null] = model?.split('/') ?? [];
  return {
    kind: kind ?? (given.agentId ? 'agent' : given.templateName ? 'template' : 'prompt'),
    status,
    provider,
    model: name,
    seconds,
    isStarted: true,
    result: status === 'completed' ? { output: 'done' } : null,
    error: status === 'failed' ? FAILURE : null,
    ...given,
  };
}

export function times<Value>(count: number, value: Value): Value[] {
  return Array.from({ length: count }, () => value);
}
