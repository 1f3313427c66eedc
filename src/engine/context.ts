import type { Compute } from '../computation/computation.ts';
import type { Log } from '../log.ts';
import type { WorkMetrics } from '../metrics/work-metrics.ts';
import type { QuirkMemory } from '../providers/quirks/memory.ts';
import type { Providers } from '../providers/registry.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { RunWriter } from '../store/log/text-writer.ts';
import type { Store } from '../store/store.ts';
import type { WorkspaceSettings } from '../workspaces/workspaces.ts';
import type { Outbound } from './outbound/outbound.ts';
import type { Sandbox } from './sandbox/sandbox.ts';

/** What the engine may touch. */
export interface EngineContext {
  store: Store;
  writer: RunWriter;
  providers: Providers;
  /** What was learned about models. */
  quirks: QuirkMemory;
  /** How long runs are tried again while their provider is unavailable, in milliseconds. */
  providerRetryMs: number;
  /** Where agents' commands and templates' scripts run. */
  sandbox: Sandbox;
  /** Where their working directories are. */
  workspaces: WorkspaceSettings;
  /** What requests that users steer may reach. */
  outbound: Outbound;
  secrets: SecretBox;
  /** Runs callers' Liquid, JSON Schemas and patterns in threads, for an account. */
  compute(account: string): Compute;
  metrics: WorkMetrics;
  log: Log;
}
