import type { Log } from '../../../log.ts';
import type { Database } from '../../database/database.ts';
import { type Feed, nameOf } from '../bus.ts';

/**
 * The backstop of the bus for feeds: one query for all feeds followed by this process wakes those with new
 * events, so that a lost message, or a bus that does not reach this process, delays a feed by at most the
 * interval.
 */
export interface FeedWatch {
  add(feed: Feed, bell: () => void): () => void;
  stop(): void;
}

const INTERVAL_MS = 500;

interface Followed {
  feed: Feed;
  bell(): void;
}

export function createFeedWatch(database: Database, log: Log): FeedWatch {
  const followed = new Set<Followed>();
  let timer: NodeJS.Timeout | null = null;
  /** The snapshot of the last check; null: unknown. */
  let seen: string | null = null;

  async function look(): Promise<void> {
    const before = new Set(followed);
    try {
      const news = await readNews(database, [...before], seen);
      for (const one of followed) {
        // A follower that came while the query ran may have read before its snapshot.
        if (news.feeds.has(nameOf(one.feed)) || !before.has(one)) one.bell();
      }
      seen = news.snapshot;
    } catch (error) {
      log.warn({ error: String(error) }, 'could not check feeds for new events; retrying');
    }
    timer = followed.size > 0 ? setTimeout(look, INTERVAL_MS) : null;
  }

  return {
    add(feed, bell) {
      const one = { feed, bell };
      followed.add(one);
      timer ??= setTimeout(look, INTERVAL_MS);
      return () => followed.delete(one);
    },
    stop() {
      followed.clear();
      if (timer) clearTimeout(timer);
    },
  };
}

/** Which feeds have events or changes that became visible after a snapshot; the deletion of a session counts as well. */
async function readNews(database: Database, followed: readonly Followed[], since: string | null) {
  const idsOf = (kind: Feed['kind']) => [
    ...new Set(followed.flatMap(({ feed }) => (feed.kind === kind ? [feed.id] : []))),
  ];
  const { rows } = await database.pool.query<{ snapshot: string; kind: Feed['kind'] | null; id: string }>({
    name: 'feed-news',
    text: `
      with news as (
        select 'owner' as kind, id from unnest($1::text[]) as followed(id)
        where $3::pg_snapshot is null or ${newsSql('owner_id')}
        union all
        select 'session', id from unnest($2::text[]) as followed(id)
        where $3 is null or ${newsSql('session_id')} or not exists (select from session where id = followed.id)
      )
      select pg_current_snapshot()::text as snapshot, kind, id from (select) as always left join news on true`,
    values: [idsOf('owner'), idsOf('session'), since],
  });
  const feeds = rows.flatMap(({ kind, id }) => (kind ? [nameOf({ kind, id })] : []));
  return { snapshot: rows[0]!.snapshot, feeds: new Set(feeds) };
}

function newsSql(column: string): string {
  const inTable = (table: string) => `exists (
    select from ${table} where ${column} = followed.id and place >= pg_snapshot_xmin($3)
      and not pg_visible_in_snapshot(xid, $3))`;
  return `(${inTable('run_event')} or ${inTable('change')})`;
}
