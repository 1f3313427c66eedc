import type { Compute } from '../computation/computation.ts';
import type { Log } from '../log.ts';
import type { WorkMetrics } from '../metrics/work-metrics.ts';
import type { QuirkMemory } from '../providers/quirks/memory.ts';
import type { Providers } from '../providers/registry.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { TextWriter } from '../store/log/generated-text/batch-text.ts';
import type { Store } from '../store/store.ts';
import type { WorkspaceSettings } from '../workspaces/workspaces.ts';
import type { Outbound } from './outbound/outbound.ts';
import type { Sandbox } from './sandbox/sandbox.ts';

/** The dependencies of the engine. */
export interface EngineContext {
  store: Store;
  writer: TextWriter;
  providers: Providers;
  /** Quirks learned about models. */
  quirks: QuirkMemory;
  /** How long runs are retried while their provider is unavailable, in milliseconds. */
  providerRetryMs: number;
  /** Executes commands of agents and scripts of templates. */
  sandbox: Sandbox;
  /** The location of their working directories. */
  workspaces: WorkspaceSettings;
  /** Which addresses requests may reach whose URL users control. */
  outbound: Outbound;
  secrets: SecretBox;
  /** Evaluates Liquid, JSON Schemas and patterns of users in worker threads, on behalf of an account. */
  compute(account: string): Compute;
  metrics: WorkMetrics;
  log: Log;
}
