import type { Log } from '../log.ts';
import type { Providers } from '../providers/registry.ts';
import type { RunWriter } from '../store/run-writer.ts';
import type { Store } from '../store/store.ts';
import type { WorkspaceSettings } from '../store/workspaces.ts';
import type { Sandbox } from './sandbox/sandbox.ts';

/** What the engine may touch. */
export interface EngineContext {
  store: Store;
  writer: RunWriter;
  providers: Providers;
  /** Where agents' commands and templates' scripts run. */
  sandbox: Sandbox;
  /** Where working directories lie. */
  workspaces: WorkspaceSettings;
  log: Log;
}
