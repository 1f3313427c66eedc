import type { ClientBase } from 'pg';
import type { RunError } from '../../errors.ts';
import type { GivenResult } from '../../rules/tasks/task.ts';
import type { NewEvent } from '../../store/log/events.ts';
import type { Dialect, TaskKind } from '../../vocabulary.ts';
import type { LineOutcome } from './outcome.ts';
import { JOIN_OWNER, OWNER_COLUMNS, type OwnerRules, ownerValues, REFUSED_OWNER } from './owners.ts';

/** A task that has ended elsewhere. */
export interface ImportedTask {
  line: number;
  id: string;
  account: string;
  api: Dialect;
  session: string | null;
  kind: TaskKind;
  title: string | null;
  description: string | null;
  prompt: string;
  taskType: string | null;
  target: string | null;
  template: string | null;
  context: Record<string, unknown> | null;
  parameters: Record<string, unknown> | null;
  priority: number;
  tags: readonly string[];
  metadata: Record<string, unknown> | null;
  status: 'completed' | 'failed' | 'cancelled';
  result: GivenResult | null;
  error: RunError | null;
  cancelReason: string | null;
  /** Its log: `RunCreated` at the time of its creation, then events at the time of its end. */
  events: readonly NewEvent[];
  /** UTF-8 bytes of what is stored for it. */
  bytes: number;
  createdAt: string;
  startedAt: string | null;
  endedAt: string;
}

/**
 * Events of imported tasks are in no feed, because feeds are ordered by when events were written.
 * @param tasks with different ids
 */
export async function importTasks(
  client: ClientBase,
  tasks: readonly ImportedTask[],
  rules: OwnerRules,
): Promise<LineOutcome[]> {
  const { rows } = await client.query<LineOutcome>({
    name: 'import-tasks',
    text: IMPORT_TASKS,
    values: [JSON.stringify(tasks), ...ownerValues(rules)],
  });
  return rows;
}

const IMPORT_TASKS = `
  with given as (
    select item.*, ${OWNER_COLUMNS}
    from jsonb_to_recordset($1::jsonb) as item(line integer, id text, account text, api text, session text, kind text,
      title text, description text, prompt text, "taskType" text, target text, template text, context jsonb,
      parameters jsonb, priority integer, tags text[], metadata jsonb, status text, result jsonb, error jsonb,
      "cancelReason" text, events jsonb, bytes bigint, "createdAt" timestamptz, "startedAt" timestamptz,
      "endedAt" timestamptz) ${JOIN_OWNER}
  ), judged as (
    select given.*, case
      ${REFUSED_OWNER}
      when known.owner_id = given.owner_id then 'present'
      when known.owner_id is not null then 'taken'
      when session is not null and not exists (
        select from session as own where own.id = given.session and own.owner_id = given.owner_id) then 'no-session'
      else 'created' end as outcome
    from given left join run as known on known.id = given.id
  ), fresh as (
    select *, date_trunc('month', "createdAt" at time zone 'utc')::date as month from judged where outcome = 'created'
  ), runs as (
    insert into run (id, month, kind, owner_id, session_id, origin, status, priority, tags, metadata, cancel_reason, last_seq,
      bytes, counted_bytes, ready_at, created_at, updated_at, ended_at, duration_ms)
    select id, month, 'task', owner_id, session, api, status, priority, tags, metadata, "cancelReason",
      jsonb_array_length(events), bytes, bytes, null, "createdAt", "endedAt", "endedAt",
      case when status <> 'cancelled' then round(1000 * extract(epoch from greatest("endedAt", "startedAt") - "startedAt"), 3) end
    from fresh
  ), tasks as (
    insert into task (id, kind, type, title, description, target, context, task_parameters, prompt, template_name,
      template_version, template_parameters, progress, result, error, started_at, completed_at)
    select id, kind, "taskType", title, description, target, context,
      case when template is null then parameters end, prompt, template, case when template is not null then 1 end,
      case when template is not null then parameters end, case status when 'completed' then 1 else 0 end, result,
      error, "startedAt", "endedAt"
    from fresh
  ), logged as (
    insert into run_event (month, run_id, seq, attempt, type, data, at)
    select month, id, item.ordinality, 0, item.value ->> 'type', item.value -> 'data',
      case item.ordinality when 1 then "createdAt" else "endedAt" end
    from fresh, jsonb_array_elements(events) with ordinality as item
  )
  select line, outcome from judged order by line`;
