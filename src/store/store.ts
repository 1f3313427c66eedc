import type { Bus } from './bus.ts';
import type { Database } from './database.ts';
import type { FeedWatch } from './feed-watch.ts';
import type { Lookups } from './lookups.ts';
import type { RunWatch } from './run-watch.ts';

/** What everybody who reads or writes runs is handed. */
export interface Store {
  database: Database;
  bus: Bus;
  watch: RunWatch;
  feedWatch: FeedWatch;
  lookups: Lookups;
}
