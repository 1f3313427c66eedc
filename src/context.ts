import type DataLoader from 'dataloader';
import type { Computation, Compute } from './computation/computation.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { IntegrationTest } from './rules/integrations/integration.ts';
import type { ResourceUsage } from './rules/models/resource-usage.ts';
import type { SecretBox } from './secrets/secret-box.ts';
import type { AccountRow } from './store/accounts/accounts.ts';
import type { Credential } from './store/accounts/credentials.ts';
import type { LegacyUse } from './store/accounts/legacy-use.ts';
import type { AgentRow } from './store/agents/agents.ts';
import type { AgentReport } from './store/agents/reports.ts';
import type { ToolCallRow } from './store/agents/tool-calls.ts';
import type { BulkRow } from './store/bulk/bulk.ts';
import type { ReadBudget, Reading } from './store/database/read-limit.ts';
import type { ReadSource } from './store/database/read-source.ts';
import type { ChildPage } from './store/database/sql-page.ts';
import type { DeliveryRow } from './store/integrations/deliveries.ts';
import type { IntegrationRow } from './store/integrations/integrations.ts';
import type { EventRange } from './store/log/event-pages.ts';
import type { LoggedEvent } from './store/log/events.ts';
import type { LogPosition } from './store/log/generated-text/read-text.ts';
import type { BudgetRow } from './store/money/budgets.ts';
import type { ModelCallRow, SpendRow } from './store/money/model-call-reports.ts';
import type { OrchestrationParts, OrchestrationRow } from './store/orchestrations/orchestrations.ts';
import type { RoundRow } from './store/orchestrations/rounds.ts';
import type { Child } from './store/runs/lists/list-children.ts';
import type { SessionRow } from './store/sessions/sessions.ts';
import type { SessionTotals } from './store/sessions/totals.ts';
import type { Store } from './store/store.ts';
import type { ArtifactRow } from './store/tasks/artifacts.ts';
import type { TaskPage, TasksOfParent } from './store/tasks/list-tasks.ts';
import type { TaskRow } from './store/tasks/tasks.ts';
import type { ThreadRow } from './store/threads/threads.ts';
import type { ExecutionRow, ExecutionStepRow, ExecutionTaskRow } from './store/workflows/executions.ts';
import type { WorkflowRow } from './store/workflows/workflows.ts';
import type { Origin, ProviderId, Scope } from './vocabulary.ts';

/** The account that makes a request, with the rights of its credentials. */
export interface Viewer {
  userId: string;
  /** Whether the account is an admin and the credentials have the scope for it. */
  isAdmin: boolean;
  /** What the credentials may do; absent: everything the account may. */
  scopes?: readonly Scope[] | undefined;
  /** For a run token: the only runs that it can read, with their events; absent: not a run token. */
  runIds?: readonly string[] | undefined;
  /** When the credentials expire; sockets close then. null: never. */
  expiresAt: Date | null;
  /** The token was signed for a cookie, however it was sent. */
  isByCookie?: boolean | undefined;
  /** The credential of the request; absent if it cannot be revoked. */
  credential?: Credential;
}

/** What a token depends on: it becomes invalid together with the login, or the secret of the API key. */
export interface TokenBasis {
  loginId?: string | null;
  keyHash?: string | null;
  /** For a run token. */
  runIds?: readonly string[];
  /** Without a login: when the token that it was created with was issued; absent: now. */
  issuedAt?: Date | null;
  isForCookie?: boolean;
}

/** Signs and verifies login tokens. */
export interface Tokens {
  /**
   * @param lifetime seconds @param origin the API of the client that logged in, which identifies the dialect
   * of later requests
   */
  sign(userId: string, lifetime: number, origin?: Origin, basis?: TokenBasis): Promise<string>;
  /** @returns null when it is not ours, altered or expired. Revocation is checked by `lookups.credential` */
  verify(token: string): Promise<VerifiedToken | null>;
}

export interface VerifiedToken {
  credential: Credential;
  expiresAt: Date;
  runIds?: readonly string[];
  isForCookie?: boolean;
}

export interface Passwords {
  /** Whether it is among the most common passwords, case-insensitively. */
  isCommon(password: string): Promise<boolean>;
  hash(password: string): Promise<string>;
  /** Takes as long without a hash, and so without an account, so that timing reveals nothing. */
  matches(passwordHash: string | null, password: string): Promise<boolean>;
  /** Whether a hash was imported: checking it then takes another time than checking one of this server. */
  isImported(passwordHash: string): boolean;
}

/** Limits logins and registrations. */
export interface LoginLimits {
  /**
   * Counts an attempt of a client address, and of the address at an account.
   * @param client its address, and the API that it uses
   * @param account as the client names it, whether or not it exists
   * @returns a function that uncounts it at the account, where only failed attempts count. @throws
   * DomainError RATE_LIMITED
   */
  count(client: { address: string; origin: Origin }, account: string): Promise<() => Promise<void>>;
}

/** Rate limits of an account, or of an address without credentials, per minute. */
export interface OperationLimits {
  /**
   * Counts a GraphQL operation, a request to a dialect or a message on its socket, or a download.
   * @param asker `accountId` null: without credentials, counted by address. @throws DomainError RATE_LIMITED
   */
  countRequest(asker: { accountId: string | null; address: string }): Promise<void>;
  /**
   * Counts a run that a request is about to create or to begin again, in every API. @throws DomainError
   * RATE_LIMITED
   */
  countRun(userId: string): Promise<void>;
  /** Counts runs that were created without a request: tasks of executions, and scheduled executions. */
  recordRuns(userId: string, count: number): Promise<void>;
}

export interface Reach {
  isReachable(provider: ProviderId): Promise<boolean>;
}

/** Tests the credentials of an integration against its service. */
export interface IntegrationTester {
  test(integration: IntegrationRow): Promise<IntegrationTest>;
}

/** The services that a process shares between requests. */
export interface Services {
  config: Config;
  log: Log;
  store: Store;
  tokens: Tokens;
  passwords: Passwords;
  loginLimits: LoginLimits;
  operationLimits: OperationLimits;
  legacyUse: LegacyUse;
  secrets: SecretBox;
  /** The providers that this installation is configured for. */
  providers: readonly ProviderId[];
  /** Whether providers currently answer. */
  reach: Reach;
  metrics: Metrics;
  integrationTester: IntegrationTester;
  computation: Computation;
  reading: Reading;
  serializeLarge: SerializeLarge;
  /** The local admin of embedded mode; null: the first account that registers becomes the admin. */
  localAdminId: string | null;
  version: string;
}

/**
 * Serializes a large response to JSON in UTF-8, one at a time per process.
 * @param account takes turns with other accounts
 * @param maxWaiting how many others of the account may be waiting
 * @throws DomainError PAYLOAD_TOO_LARGE when it would exceed the maximum size of a response, RATE_LIMITED
 */
export type SerializeLarge = (value: unknown, account: string, maxWaiting?: number) => Promise<Buffer>;

/** Batches reads of one request into one query each. */
export interface Loaders {
  accounts: DataLoader<string, AccountRow | null>;
  /** Of runs. */
  artifacts: DataLoader<string, ArtifactRow[]>;
  artifactsById: DataLoader<string, ArtifactRow | null>;
  resourceUsage: DataLoader<string, ResourceUsage | null>;
  events: DataLoader<ChildPage<EventRange>, LoggedEvent[]>;
  spend: DataLoader<string, SpendRow | null>;
  texts: DataLoader<LogPosition, string | null>;
  reasonings: DataLoader<LogPosition, string | null>;
  modelCalls: DataLoader<string, ModelCallRow[]>;
  tasks: DataLoader<string, TaskRow | null>;
  dependencies: DataLoader<string, TaskRow[]>;
  sessions: DataLoader<string, SessionRow | null>;
  threads: DataLoader<string, ThreadRow | null>;
  threadPrompts: DataLoader<string, string | null>;
  threadContexts: DataLoader<string, string | null>;
  sessionTotals: DataLoader<string, SessionTotals | null>;
  tasksOf: DataLoader<ChildPage<TaskPage>, Child<TaskRow>[]>;
  taskCounts: DataLoader<ChildPage<TasksOfParent>, number>;
  sessionThreads: DataLoader<ChildPage, ThreadRow[]>;
  sessionThreadCounts: DataLoader<string, number>;
  budgets: DataLoader<string, BudgetRow | null>;
  workflows: DataLoader<string, WorkflowRow | null>;
  executionSteps: DataLoader<string, ExecutionStepRow[]>;
  executionTasks: DataLoader<string, ExecutionTaskRow[]>;
  executions: DataLoader<string, ExecutionRow | null>;
  executionSpend: DataLoader<string, SpendRow | null>;
  bulkOperations: DataLoader<string, BulkRow | null>;
  orchestrations: DataLoader<string, OrchestrationRow | null>;
  orchestrationPrompts: DataLoader<string, OrchestrationParts['prompt'] | null>;
  orchestrationOutputs: DataLoader<string, OrchestrationParts['output']>;
  orchestrationEndings: DataLoader<string, OrchestrationParts['ending']>;
  rounds: DataLoader<string, RoundRow[]>;
  toolCalls: DataLoader<string, ToolCallRow[]>;
  deliveries: DataLoader<ChildPage, DeliveryRow[]>;
  deliveryCounts: DataLoader<string, number>;
  agents: DataLoader<string, AgentRow | null>;
  agentReports: DataLoader<string, AgentReport>;
}

/** Server-sent events that an EventSource requests again, having lost its connection or received all. */
export interface Resumption {
  /** The `id` of the last event that it received. */
  lastEventId: string;
  /** Whether nothing can follow. The response is 204 then, after which an EventSource does not reconnect. */
  isOver: boolean;
}

/** The dependencies of a use case. */
export interface Context extends Services {
  viewer: Viewer | null;
  /** The client's address as counted by limits: an IPv4 address or an IPv6 network. */
  address: string;
  origin: Origin;
  /**
   * Evaluates users' Liquid, JSON Schemas and patterns in a worker thread, within the CPU allowance of the
   * account.
   */
  compute: Compute;
  /** The read budget of this response; `store` and `loaders` count against it. */
  reads: ReadBudget;
  /** Where `store` and `loaders` read. */
  source: ReadSource;
  loaders: Loaders;
  /** Of a subscription over server-sent events that is resumed. */
  resumption?: Resumption;
}
