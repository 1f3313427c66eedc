import { RUN_KINDS, type RunKind } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';

/**
 * What an export contains of a table: these columns and no others, so that a new column with a secret is not exported
 * until someone adds it here.
 */
const COLUMNS = {
  session: `id, origin, name, description, status, settings, working_directory as "workingDirectory",
    user_label as "userLabel", ended_at as "endedAt", created_at as "createdAt", updated_at as "updatedAt"`,
  thread: `id, session_id as "sessionId", title, original_prompt as "originalPrompt", domain, context, summary,
    on_busy as "onBusy", created_at as "createdAt", updated_at as "updatedAt"`,
  agent: `id, origin, name, type, description, capabilities, provider, model, system_prompt as "systemPrompt", tools,
    parameters, limits, is_active as "isActive", version, created_at as "createdAt", updated_at as "updatedAt"`,
  template: `id, name, description, parameters, steps, version, is_active as "isActive", created_at as "createdAt",
    updated_at as "updatedAt"`,
  workflow: `id, origin, name, description, steps, timeout_seconds as "timeoutSeconds", version, is_active as "isActive",
    schedule, created_at as "createdAt", updated_at as "updatedAt"`,
  integration: `id, origin, platform, name, url, notify_on as "notifyOn", is_active as "isActive",
    disabled_reason as "disabledReason", created_at as "createdAt", updated_at as "updatedAt"`,
  model: `id, provider, model_id as "modelId", name, aliases, capabilities, specialties,
    context_window as "contextWindow", max_output as "maxOutput", input_price as "inputPrice",
    output_price as "outputPrice", base_url as "baseUrl", is_active as "isActive", created_at as "createdAt"`,
  api_key: `id, name, scopes, expires_at as "expiresAt", last_used_at as "lastUsedAt", created_at as "createdAt"`,
  audit_entry: `id, action, subject, created_at as "createdAt"`,
} as const;
export type ExportedTable = keyof typeof COLUMNS;

const RUN = `run.id, run.kind, run.session_id as "sessionId", run.origin, run.status, run.priority, run.parent_id as "parentId",
  run.tags, run.metadata, run.attempt, run.last_seq as "lastSeq", run.cancel_reason as "cancelReason",
  run.start_at as "startAt", run.expires_at as "expiresAt", run.created_at as "createdAt", run.ended_at as "endedAt"`;

/** Of the table of each kind, what the client gave and received. */
const OF_KIND = {
  task: `own.kind as "taskKind", own.type, own.title, own.description, own.target, own.context,
    own.task_parameters as "taskParameters", own.prompt, own.system as "systemPrompt", own.parameters, own.provider, own.model,
    own.response_schema as "responseSchema", own.template_name as "templateName",
    own.template_parameters as "templateParameters", own.thread_id as "threadId", own.agent_id as "agentId", own.plan,
    own.progress, own.result, own.error, own.started_at as "startedAt"`,
  execution: `own.workflow_id as "workflowId", own.workflow_name as "workflowName", own.workflow_version as "workflowVersion",
    own.input, own.parameters, own.trigger, own.progress, own.result, own.error, own.started_at as "startedAt"`,
  orchestration: `own.prompt, own.domain, own.thread_id as "threadId", own.preferred_models as "preferredModels",
    own.progress, own.result, own.error, own.started_at as "startedAt"`,
  bulk: `own.action, own.done, own.skipped, own.failed, own.progress, own.result, own.error, own.started_at as "startedAt"`,
} satisfies Record<RunKind, string>;

const CALL = `id, run_id as "runId", attempt, provider, model, status, input_tokens as "inputTokens",
  cached_input_tokens as "cachedInputTokens", output_tokens as "outputTokens", reasoning_tokens as "reasoningTokens", cost,
  finish_reason as "finishReason", error_code as "errorCode", started_at as "startedAt", latency_ms as "durationMs"`;

export type ExportedRow = Record<string, unknown> & { id: string };

/** Ids that one query reads. The rows are read one at a time, as each may have megabytes. */
const IDS_AT_ONCE = 200;

interface Position {
  id: string;
  /** In Postgres format, with microseconds. */
  createdAt: string;
}

const FIRST: Position = { id: '', createdAt: '-infinity' };

/** The ids of what an account owned at a time, by when it was created, while they are read. */
async function* idsOf(
  { pool }: Database,
  { table, where, id = 'id' }: { table: string; where: string; id?: string },
  values: readonly unknown[],
  until: Date,
): AsyncGenerator<string, void, undefined> {
  for (let last = FIRST; ; ) {
    const { rows } = await pool.query<Position>({
      name: `export-ids-${table}`,
      text: `
        select ${id} as id, created_at::text as "createdAt" from ${table}
        where ${where} and created_at <= $2 and (created_at, ${id}) > ($3::timestamptz, $4)
        order by created_at, ${id} limit ${IDS_AT_ONCE}`,
      values: [values[0], until, last.createdAt, last.id, ...values.slice(1)],
    });
    for (const row of rows) yield row.id;
    if (rows.length < IDS_AT_ONCE) return;
    last = rows.at(-1)!;
  }
}

/** The rows of an account in a table, oldest first; those that are deleted meanwhile are missing. */
export async function* exportRows(
  database: Database,
  table: ExportedTable,
  ownerId: string,
  until: Date,
): AsyncGenerator<ExportedRow, void, undefined> {
  const owner = table === 'audit_entry' ? 'actor_id' : 'owner_id';
  for await (const id of idsOf(database, { table, where: `${owner} = $1` }, [ownerId], until)) {
    const { rows } = await database.pool.query<ExportedRow>({
      name: `export-${table}`,
      text: `select ${COLUMNS[table]} from ${table} where id = $1`,
      values: [id],
    });
    yield* rows;
  }
}

/** The runs of an account, oldest first, each before its parts. */
export async function* exportRuns(
  database: Database,
  ownerId: string,
  until: Date,
): AsyncGenerator<ExportedRow, void, undefined> {
  for (const kind of RUN_KINDS) {
    const listed = {
      table: 'run_search',
      id: 'run_id',
      where: 'owner_id = $1 and kind = $5 and not is_part',
    };
    for await (const id of idsOf(database, listed, [ownerId, kind], until)) {
      yield* await readRun(database, kind, id);
      if (kind === 'execution')
        for (const part of await readParts(database, id)) yield* await readRun(database, 'task', part);
    }
  }
}

async function readParts({ pool }: Database, id: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'export-parts',
    text: 'select id from run where parent_id = $1 order by created_at, id',
    values: [id],
  });
  return rows.map((row) => row.id);
}

async function readRun({ pool }: Database, kind: RunKind, id: string): Promise<ExportedRow[]> {
  const { rows } = await pool.query<ExportedRow>({
    name: `export-run-${kind}`,
    text: `select ${RUN}, ${OF_KIND[kind]} from run join ${kind} as own on own.id = run.id where run.id = $1`,
    values: [id],
  });
  return rows;
}

export async function exportCalls({ pool }: Database, runId: string): Promise<ExportedRow[]> {
  const { rows } = await pool.query<ExportedRow>({
    name: 'export-calls',
    text: `select ${CALL} from model_call where run_id = $1 order by started_at, id`,
    values: [runId],
  });
  return rows;
}
