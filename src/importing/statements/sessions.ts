import type { ClientBase } from 'pg';
import type { SessionSettings } from '../../rules/sessions/session.ts';
import type { Dialect, SessionStatus } from '../../vocabulary.ts';
import type { LineOutcome } from './outcome.ts';
import { JOIN_OWNER, OWNER_COLUMNS, type OwnerRules, ownerValues, REFUSED_OWNER } from './owners.ts';

export interface ImportedSession {
  line: number;
  id: string;
  account: string;
  api: Dialect;
  name: string | null;
  description: string | null;
  status: SessionStatus;
  userLabel: string | null;
  settings: SessionSettings;
  createdAt: string;
  endedAt: string | null;
}

/** @param sessions with different ids */
export async function importSessions(
  client: ClientBase,
  sessions: readonly ImportedSession[],
  rules: OwnerRules,
): Promise<LineOutcome[]> {
  const { rows } = await client.query<LineOutcome>({
    name: 'import-sessions',
    text: IMPORT_SESSIONS,
    values: [JSON.stringify(sessions), ...ownerValues(rules)],
  });
  return rows;
}

const IMPORT_SESSIONS = `
  with given as (
    select item.*, ${OWNER_COLUMNS}
    from jsonb_to_recordset($1::jsonb) as item(line integer, id text, account text, api text, name text,
      description text, status text, "userLabel" text, settings jsonb, "createdAt" timestamptz, "endedAt" timestamptz) ${JOIN_OWNER}
  ), judged as (
    select given.*, case
      ${REFUSED_OWNER}
      when known.owner_id = given.owner_id then 'present'
      when known.owner_id is not null then 'taken'
      else 'created' end as outcome
    from given left join session as known on known.id = given.id
  ), created as (
    insert into session (id, owner_id, origin, name, description, status, user_label, settings, ended_at,
      created_at, updated_at)
    select id, owner_id, api, name, description, status, "userLabel", settings,
      case when status = 'completed' then coalesce("endedAt", "createdAt") end, "createdAt",
      coalesce("endedAt", "createdAt")
    from judged where outcome = 'created'
  )
  select line, outcome from judged order by line`;
