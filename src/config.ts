import { resolve } from 'node:path';
import type { z } from 'zod';
import { earlySunsets, type Lifetimes, readLifetimes } from './start/dialect-lifetimes.ts';
import { misplacedRoots, workspacesOf } from './start/folders.ts';
import { missingVariables } from './start/required-variables.ts';
import { type RetentionConfig, readRetention } from './start/retention.ts';
import { type Environment, environment } from './start/variables.ts';
import type { Dialect } from './vocabulary.ts';

export interface VendorConfig {
  apiKey: string;
  baseUrl: string;
}

export interface AzureConfig {
  apiKey: string;
  /** Base URL of the resource, without a path: `https://resource.openai.azure.com`. */
  endpoint: string;
  apiVersion: string;
}

export interface DialectPort {
  dialect: Dialect;
  port: number;
}

export interface OidcConfig {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** The server's public origin: scheme, host and port, without a path. */
  publicUrl: string;
}

export interface OllamaConfig {
  baseUrl: string;
}

export interface Config {
  production: boolean;
  logLevel: Environment['LOG_LEVEL'];
  host: string;
  port: number;
  dataDir: string;
  /** null: the embedded Postgres in `dataDir`. */
  databaseUrl: string | null;
  /** Used for locks, LISTEN and migrations, so that a transaction pooler may serve everything else. */
  databaseDirectUrl: string | null;
  /** A streaming standby that answers reads; null: none. */
  databaseReadUrl: string | null;
  poolMax: number;
  /** Whether statements are prepared by name on their connection, which not every transaction pooler supports. */
  preparesStatements: boolean;
  /** Fan-out between processes; null: within this process alone. */
  redisUrl: string | null;
  workerConcurrency: number;
  /** The part of a worker's slots that one account may hold while others wait. */
  accountShare: number;
  /** Port for the metrics of a separate worker; null: none. The API serves them on its own port. */
  metricsPort: number | null;
  /** null: generated once and stored in `dataDir`. */
  jwtSecret: string | null;
  /** 32 bytes in base64, the key for stored credentials; null: generated once and stored in `dataDir`. */
  secretsKey: string | null;
  /** The OpenID Connect provider for logins; null: none. */
  oidc: OidcConfig | null;
  registration: 'open' | 'first-only' | 'closed';
  corsOrigins: readonly string[];
  /** Pages of other origins that may use the cookie of a login: only those that the operator has listed. */
  cookieOrigins: readonly string[];
  /** Whether the pages of the console are served. */
  console: boolean;
  /** Proxies whose headers about the client's address and the requested host are trusted. */
  trustProxy: readonly string[];
  /** Multiplies every rate limit. */
  rateLimitFactor: number;
  /** GraphQL operations per account, or per address without credentials. */
  requestsPerMinute: number;
  /** Runs created per account. */
  runsPerMinute: number;
  /** GraphQL documents that clients may send, the file with the trusted ones, and what an operation may cost. */
  documents: { mode: Environment['DOCUMENTS']; file: string | null; costLimit: number };
  /** Storage quotas of an account, unless an admin has set others for it. */
  quotas: { runs: number; objects: number; bytes: number };
  /** Unless an admin has set others for an account. */
  retention: RetentionConfig;
  /** The older API whose clients need no credentials; `none`: no guests; null: those with the base URL. */
  compatAnonymous: 'orchestratex' | 'none' | null;
  /** null: not configured. */
  openai: VendorConfig | null;
  anthropic: VendorConfig | null;
  azure: AzureConfig | null;
  /** Needs no key, so its default address is used if none is configured. */
  ollama: OllamaConfig;
  /**
   * How long a run is retried, in milliseconds, while its provider is unavailable and nothing was charged.
   */
  providerRetryMs: number;
  /** Absolute paths; the first one is used for working directories without a given path. */
  workspaceRoots: readonly string[];
  /** What isolates commands; `none`: they run with all permissions of the server. */
  sandbox: Environment['SANDBOX'];
  /** Concurrent commands in a worker: of all accounts, and of one. */
  commandsAtOnce: number;
  commandsPerAccount: number;
  /** Bytes of disk space that commands must leave free. */
  diskReserve: number;
  /** Maximum bytes of an account's working directories. */
  workspaceQuota: number;
  /** Folders to search for programs of the system. */
  searchPath: string;
  /** Private hosts and ranges that outbound requests may reach. */
  outboundAllow: readonly string[];
  /** Ports at which one dialect answers at exactly its documented paths. */
  compatPorts: readonly DialectPort[];
  /** The dialect of requests that nothing else identifies. */
  compatDefault: Dialect;
  /** Announced dates, for dialects that have any. */
  compatLifetimes: Lifetimes;
}

/** All problems of the environment at once, so that an operator can fix them together. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the whole configuration. A variable set to an empty string counts as unset.
 * @throws ConfigError naming each invalid variable, its value (unless secret) and what is allowed
 */
export function readConfig(variables: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  const missing = missingVariables(given);
  const wrong = parsed.success
    ? [...misplacedRoots(parsed.data), ...earlySunsets(parsed.data)]
    : describe(parsed.error, given);
  const problems = [...wrong, ...missing];
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(`Invalid configuration:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  }
  return toConfig(parsed.data);
}

/** For scripts that need only DATA_DIR: the other variables may be set for the server alone. */
export function readDataDir(variables: Record<string, string | undefined> = process.env): string {
  return resolve(environment.shape.DATA_DIR.parse(variables.DATA_DIR || undefined));
}

/** The npm script that started this process, and its package.json; undefined without npm. */
export function readNpm(variables: Record<string, string | undefined> = process.env) {
  return { event: variables.npm_lifecycle_event, manifest: variables.npm_package_json };
}

function describe(error: z.ZodError, given: Record<string, string | undefined>): string[] {
  return error.issues.map(({ path, message }) => {
    const name = path.join('.');
    // Secrets, and URLs with passwords, must not appear in a terminal or a log.
    const isOpen =
      !/KEY|SECRET|TOKEN|PASSWORD|URL|ENDPOINT|OLLAMA_HOST/.test(name) && !given[name]?.includes('@');
    return `${name}: ${message}${isOpen ? ` (it is ${JSON.stringify(given[name])})` : ''}`;
  });
}

const MIB = 2 ** 20;

function toConfig(env: Environment): Config {
  const production = env.NODE_ENV === 'production';
  return {
    production,
    logLevel: env.LOG_LEVEL,
    host: env.HOST,
    port: env.PORT,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL ?? null,
    databaseDirectUrl: env.DATABASE_DIRECT_URL ?? env.DATABASE_URL ?? null,
    databaseReadUrl: env.DATABASE_READ_URL ?? null,
    poolMax: env.PG_POOL_MAX,
    preparesStatements: env.DATABASE_PREPARE === 'on',
    redisUrl: env.REDIS_URL ?? null,
    workerConcurrency: env.WORKER_CONCURRENCY,
    accountShare: env.ACCOUNT_SHARE,
    metricsPort: env.METRICS_PORT ?? null,
    jwtSecret: env.JWT_SECRET ?? null,
    secretsKey: env.SECRETS_KEY ?? null,
    oidc: oidc(env),
    registration: env.REGISTRATION ?? (production ? 'first-only' : 'open'),
    corsOrigins: env.CORS_ORIGINS ?? (production ? [] : ['http://localhost:5173', 'http://localhost:3000']),
    cookieOrigins: env.CORS_ORIGINS ?? [],
    console: env.CONSOLE === 'on',
    trustProxy: env.TRUST_PROXY ?? [],
    rateLimitFactor: env.RATE_LIMIT_FACTOR,
    requestsPerMinute: env.RATE_LIMIT_REQUESTS,
    runsPerMinute: env.RATE_LIMIT_RUNS,
    documents: { mode: env.DOCUMENTS, file: env.DOCUMENTS_FILE ?? null, costLimit: env.QUERY_COST_LIMIT },
    quotas: { runs: env.QUOTA_RUNS, objects: env.QUOTA_OBJECTS, bytes: env.QUOTA_BYTES },
    retention: readRetention(env),
    compatAnonymous: env.COMPAT_ANONYMOUS ?? null,
    openai: vendor(env.OPENAI_API_KEY, env.OPENAI_BASE_URL, 'https://api.openai.com/v1'),
    anthropic: vendor(env.ANTHROPIC_API_KEY, env.ANTHROPIC_BASE_URL, 'https://api.anthropic.com'),
    azure: azure(env),
    ollama: { baseUrl: env.OLLAMA_HOST },
    providerRetryMs: env.PROVIDER_RETRY_SECONDS * 1000,
    workspaceRoots: (env.WORKSPACE_ROOTS ?? [workspacesOf(env.DATA_DIR)]).map((root) => resolve(root)),
    sandbox: env.SANDBOX,
    commandsAtOnce: env.COMMANDS_AT_ONCE,
    commandsPerAccount: env.COMMANDS_PER_ACCOUNT,
    diskReserve: env.DISK_RESERVE_MIB * MIB,
    workspaceQuota: env.WORKSPACE_QUOTA_MIB * MIB,
    searchPath: env.PATH,
    outboundAllow: env.OUTBOUND_ALLOW ?? [],
    compatPorts: env.COMPAT_PORTS ?? [],
    compatDefault: env.COMPAT_DEFAULT,
    compatLifetimes: readLifetimes(env),
  };
}

/** A base URL alone is sufficient: servers with the same API often need no key. */
function vendor(apiKey: string | undefined, baseUrl: string | undefined, usual: string): VendorConfig | null {
  return apiKey || baseUrl ? { apiKey: apiKey ?? 'none', baseUrl: baseUrl ?? usual } : null;
}

function azure(env: Environment): AzureConfig | null {
  const { AZURE_OPENAI_API_KEY: apiKey, AZURE_OPENAI_ENDPOINT: endpoint } = env;
  return apiKey && endpoint ? { apiKey, endpoint, apiVersion: env.AZURE_OPENAI_API_VERSION } : null;
}

function oidc(env: Environment): OidcConfig | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = env;
  const publicUrl = env.PUBLIC_URL;
  return issuer && clientId && clientSecret && publicUrl
    ? { issuer, clientId, clientSecret, publicUrl }
    : null;
}
