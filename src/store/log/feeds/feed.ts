import type { ChangedKind, ChangeType } from '../../../vocabulary.ts';
import type { Database } from '../../database/database.ts';
import type { Feed } from '../bus.ts';
import type { Change } from '../changes.ts';
import { PAGE_CHARACTERS, PAGE_EVENTS } from '../event-log.ts';
import type { LoggedEvent } from '../events.ts';

/**
 * The order of all feeds: by the transaction that wrote, then by run and seq. A transaction may commit after
 * younger ones, so the visible events do not show what may still precede them; a snapshot does. Everything
 * below its oldest running transaction, its `xmin`, is final: all running transactions are younger, and so
 * are their events.
 */
export interface FeedPosition {
  /** A transaction id, as digits. */
  place: string;
  /** Or the id of another object that changed. */
  runId: string;
  /** 0 for a change, which has no place in the log of a run. */
  seq: number;
}

/**
 * What a reader of a feed has received: each event exactly once in this order, however late a transaction
 * commits.
 */
export interface FeedProgress {
  /** Everything up to this position. */
  position: FeedPosition;
  /** And everything visible in this Postgres snapshot. null: nothing else. */
  received: string | null;
  /** The snapshot that is being read, a page at a time; null: a new one is taken. */
  present: string | null;
}

/** An event or a change, with the position to resume from: never beyond what was delivered. */
export type FeedItem = { position: FeedPosition } & (
  | { event: LoggedEvent; change: null }
  | { event: null; change: Change & { sessionId: string | null } }
);

export interface FeedPage {
  items: FeedItem[];
  /** Of the JSON of their data. */
  characters: number;
  progress: FeedProgress;
  /** Whether the snapshot has more. */
  hasMore: boolean;
  /** Whether the session has been deleted. */
  isGone: boolean;
}

const COLUMN = { owner: 'owner_id', session: 'session_id' } as const satisfies Record<Feed['kind'], string>;
const TABLE = { owner: 'app_user', session: 'session' } as const satisfies Record<Feed['kind'], string>;

/** An event or, if `changedKind` is set, a change whose type is `type`. `found` is null if there is neither. */
type Row = LoggedEvent & {
  snapshot: string;
  xmin: string;
  isThere: boolean;
  found: number | null;
  charactersSoFar: number;
  place: string;
  changedKind: ChangedKind | null;
};

/** Visible in the snapshot that is being read, and not in the one that the reader has received. */
const UNRECEIVED = `pg_visible_in_snapshot(xid, (select snapshot from present))
            and ($6::pg_snapshot is null or not pg_visible_in_snapshot(xid, $6))`;

/** The events and changes that the reader has not received yet, in order. */
export async function readFeed(
  database: Database,
  feed: Feed,
  { position, received, present }: FeedProgress,
): Promise<FeedPage> {
  const { rows } = await database.pool.query<Row>({
    name: `read-feed-${feed.kind}`,
    text: `
      with present as (
        select coalesce($5::pg_snapshot, pg_current_snapshot()) as snapshot,
          exists (select from ${TABLE[feed.kind]} where id = $1) as is_there
      ), page as (
        (
          select run_id, seq, attempt, type, data, at, session_id, place, null as changed_kind from run_event
          where ${COLUMN[feed.kind]} = $1 and (place, run_id, seq) > ($2::xid8, $3::text, $4::int) and ${UNRECEIVED}
          order by place, run_id, seq limit ${PAGE_EVENTS}
        ) union all (
          select subject_id, 0, 0, type, '{}', at, session_id, place, kind from change
          where ${COLUMN[feed.kind]} = $1 and (place, subject_id, 0) > ($2::xid8, $3::text, $4::int) and ${UNRECEIVED}
          order by place, subject_id limit ${PAGE_EVENTS}
        )
        order by place, run_id, seq limit ${PAGE_EVENTS}
      ), measured as (
        select *, (count(*) over ())::int as found, characters_so_far - characters as characters_before
        from (
          select *, sum(characters) over (order by place, run_id, seq) as characters_so_far
          from (select *, length(data::text) as characters from page) as counted
        ) as added
      )
      select present.snapshot::text, pg_snapshot_xmin(present.snapshot)::text as xmin, is_there as "isThere", found,
        characters_so_far::int as "charactersSoFar",
        run_id as "runId", seq, attempt, type, data, at, session_id as "sessionId", place::text,
        changed_kind as "changedKind",
        case when changed_kind is null then (select kind from run where run.id = measured.run_id) end as "runKind"
      from present left join measured on characters_before < ${PAGE_CHARACTERS} order by measured.place, run_id, seq`,
    values: [feed.id, position.place, position.runId, position.seq, present, received],
  });
  return toPage(rows, { position, received });
}

function toPage(rows: Row[], before: Pick<FeedProgress, 'position' | 'received'>): FeedPage {
  const { snapshot, xmin, isThere, found } = rows[0]!;
  const final = beginningOf(xmin);
  const items = found === null ? [] : rows.map((row) => toItem(row, final));
  const hasMore = found === PAGE_EVENTS || items.length < (found ?? 0);
  const last = rows.at(-1)!;
  return {
    items,
    characters: found === null ? 0 : last.charactersSoFar,
    hasMore,
    isGone: !isThere,
    progress: hasMore
      ? { position: positionOf(last), received: before.received, present: snapshot }
      : { position: final, received: snapshot, present: null },
  };
}

function toItem(row: Row, final: FeedPosition): FeedItem {
  const {
    snapshot: _snapshot,
    xmin: _xmin,
    isThere: _isThere,
    found: _found,
    place: _place,
    charactersSoFar: _characters,
    ...rest
  } = row;
  const { changedKind: kind, ...event } = rest;
  const position = BigInt(row.place) < BigInt(final.place) ? positionOf(row) : final;
  if (kind === null) return { event: event as LoggedEvent, change: null, position };
  const { runId: subjectId, at, sessionId } = row;
  const type = row.type as string as ChangeType;
  return { event: null, change: { kind, type, subjectId, at, sessionId: sessionId ?? null }, position };
}

function positionOf({ place, runId, seq }: FeedPosition): FeedPosition {
  return { place, runId, seq };
}

/** The position before everything written by a transaction and all younger ones. */
function beginningOf(place: string): FeedPosition {
  return { place, runId: '', seq: 0 };
}

export interface FeedStart {
  /** The progress of a reader that has received everything so far. */
  progress: FeedProgress;
  /**
   * Names the history of transactions to which positions refer. It is another one in a cluster into which a dump was
   * restored, where transactions are counted anew, and after a recovery or a promotion, which may lack the last ones.
   */
  timeline: string;
}

export async function presentStart(database: Database): Promise<FeedStart> {
  const { rows } = await database.pool.query<{ snapshot: string; xmin: string; timeline: string }>({
    name: 'present-snapshot',
    text: `
      select snapshot::text, pg_snapshot_xmin(snapshot)::text as xmin,
        (select system_identifier from pg_control_system()) || '/'
          || case when pg_is_in_recovery() then 'standby' else left(pg_walfile_name(pg_current_wal_lsn()), 8) end
          as timeline
      from pg_current_snapshot() as snapshot`,
  });
  const { snapshot, xmin, timeline } = rows[0]!;
  return { progress: { position: beginningOf(xmin), received: snapshot, present: null }, timeline };
}
