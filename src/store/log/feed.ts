import type { Database } from '../database/database.ts';
import type { Feed } from './bus.ts';
import { PAGE_CHARACTERS, PAGE_EVENTS } from './event-log.ts';
import type { LoggedEvent } from './events.ts';

/**
 * The order of all feeds: by the transaction that wrote, then by run and seq. A transaction may commit after
 * younger ones, so the visible events do not show what may still precede them; a snapshot does. Everything
 * below its oldest running transaction, its `xmin`, is final: all running transactions are younger, and so
 * are their events.
 */
export interface FeedPosition {
  /** A transaction id, as digits. */
  place: string;
  runId: string;
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
  told: string | null;
  /** The snapshot that is being read, a page at a time; null: a new one is taken. */
  present: string | null;
}

export interface FeedPage {
  /** Each with the position to resume from: never beyond what was delivered. */
  items: { event: LoggedEvent; position: FeedPosition }[];
  progress: FeedProgress;
  /** Whether the snapshot has more. */
  hasMore: boolean;
  /** Whether the session has been deleted. */
  isGone: boolean;
}

const COLUMN = { owner: 'owner_id', session: 'session_id' } as const satisfies Record<Feed['kind'], string>;
const TABLE = { owner: 'app_user', session: 'session' } as const satisfies Record<Feed['kind'], string>;

/** `found` is null if there is no event. */
type Row = LoggedEvent & {
  snapshot: string;
  xmin: string;
  isThere: boolean;
  found: number | null;
  place: string;
};

/** The events that the reader has not received yet, in order. */
export async function readFeed(
  database: Database,
  feed: Feed,
  { position, told, present }: FeedProgress,
): Promise<FeedPage> {
  const { rows } = await database.pool.query<Row>({
    name: `read-feed-${feed.kind}`,
    text: `
      with present as (
        select coalesce($5::pg_snapshot, pg_current_snapshot()) as snapshot,
          exists (select from ${TABLE[feed.kind]} where id = $1) as is_there
      ), page as (
        select run_id, seq, attempt, type, data, at, session_id, place from event
        where ${COLUMN[feed.kind]} = $1 and (place, run_id, seq) > ($2::xid8, $3::text, $4::int)
          and pg_visible_in_snapshot(xid, (select snapshot from present))
          and ($6::pg_snapshot is null or not pg_visible_in_snapshot(xid, $6))
        order by place, run_id, seq limit ${PAGE_EVENTS}
      ), measured as (
        select *, (count(*) over ())::int as found,
          coalesce(sum(length(data::text)) over (
            order by place, run_id, seq rows between unbounded preceding and 1 preceding), 0) as characters_before
        from page
      )
      select present.snapshot::text, pg_snapshot_xmin(present.snapshot)::text as xmin, is_there as "isThere", found,
        run_id as "runId", seq, attempt, type, data, at, session_id as "sessionId", place::text,
        (select kind from run where run.id = measured.run_id) as "runKind"
      from present left join measured on characters_before < ${PAGE_CHARACTERS} order by measured.place, run_id, seq`,
    values: [feed.id, position.place, position.runId, position.seq, present, told],
  });
  return toPage(rows, { position, told });
}

function toPage(rows: Row[], before: Pick<FeedProgress, 'position' | 'told'>): FeedPage {
  const { snapshot, xmin, isThere, found } = rows[0]!;
  const final = beginningOf(xmin);
  const items = found === null ? [] : rows.map((row) => toItem(row, final));
  const hasMore = found === PAGE_EVENTS || items.length < (found ?? 0);
  const last = rows.at(-1)!;
  return {
    items,
    hasMore,
    isGone: !isThere,
    progress: hasMore
      ? { position: positionOf(last), told: before.told, present: snapshot }
      : { position: final, told: snapshot, present: null },
  };
}

function toItem(row: Row, final: FeedPosition): FeedPage['items'][number] {
  const { snapshot: _snapshot, xmin: _xmin, isThere: _isThere, found: _found, place: _place, ...event } = row;
  const isFinal = BigInt(row.place) < BigInt(final.place);
  return { event: event as LoggedEvent, position: isFinal ? positionOf(row) : final };
}

function positionOf({ place, runId, seq }: FeedPosition): FeedPosition {
  return { place, runId, seq };
}

/** The position before everything written by a transaction and all younger ones. */
function beginningOf(place: string): FeedPosition {
  return { place, runId: '', seq: 0 };
}

/** The progress of a reader that has received everything so far. */
export async function presentProgress(database: Database): Promise<FeedProgress> {
  const { rows } = await database.pool.query<{ snapshot: string; xmin: string }>({
    name: 'present-snapshot',
    text: 'select snapshot::text, pg_snapshot_xmin(snapshot)::text as xmin from pg_current_snapshot() as snapshot',
  });
  const { snapshot, xmin } = rows[0]!;
  return { position: beginningOf(xmin), told: snapshot, present: null };
}
