import type { Log } from '../log.ts';
import type { Providers } from '../providers/registry.ts';
import type { RunWriter } from '../store/run-writer.ts';
import type { Store } from '../store/store.ts';

/** What the engine may touch. */
export interface EngineContext {
  store: Store;
  writer: RunWriter;
  providers: Providers;
  log: Log;
}
