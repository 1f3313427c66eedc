import type { Log } from '../log.ts';
import type { Providers } from '../providers/registry.ts';
import type { RunWriter } from '../store/run-writer.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { Store } from '../store/store.ts';

/** What the engine may touch. */
export interface EngineContext {
  store: Store;
  writer: RunWriter;
  providers: Providers;
  secrets: SecretBox;
  log: Log;
}
