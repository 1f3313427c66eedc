import { resolve } from 'node:path';
import type { z } from 'zod';
import { type Environment, environment } from './start/variables.ts';
import type { Dialect } from './vocabulary.ts';

export interface VendorConfig {
  apiKey: string;
  baseUrl: string;
}

export interface AzureConfig {
  apiKey: string;
  /** Of the resource, without a path: `https://resource.openai.azure.com`. */
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
  /** Serves locks, LISTEN and migrations, so that a transaction pooler may stand before the rest. */
  databaseDirectUrl: string | null;
  poolMax: number;
  /** Fan-out between processes; null: within this process alone. */
  redisUrl: string | null;
  workerConcurrency: number;
  /** The part of a worker's slots that one account may hold while others wait. */
  accountShare: number;
  /** Where a worker alone tells how it is; null: nowhere. The API tells it on its own port. */
  metricsPort: number | null;
  /** null: made once and kept in `dataDir`. */
  jwtSecret: string | null;
  /** 32 bytes in base64, which seal what people entrust to us; null: made once and kept in `dataDir`. */
  secretsKey: string | null;
  /** The provider by which people log in; null: none. */
  oidc: OidcConfig | null;
  registration: 'open' | 'first-only' | 'closed';
  corsOrigins: readonly string[];
  /** Whose word on a client's address and on the name it asked for is believed. */
  trustProxy: readonly string[];
  /** Multiplies every rate limit. */
  rateLimitFactor: number;
  /** GraphQL operations per account, or per address without credentials. */
  requestsPerMinute: number;
  /** Runs created per account. */
  runsPerMinute: number;
  /** What an account may keep, unless an admin has set other quotas for it. */
  quotas: { runs: number; objects: number; bytes: number };
  /** The older API whose clients need no credentials; `none`: there are no guests; null: those with the base URL. */
  compatAnonymous: 'orchestratex' | 'none' | null;
  /** null: not configured. */
  openai: VendorConfig | null;
  anthropic: VendorConfig | null;
  azure: AzureConfig | null;
  /** Needs no key, so it is looked for at its default address when none is named. */
  ollama: OllamaConfig;
  /** How long a run is tried again, in milliseconds, while its provider is unavailable and nothing was charged. */
  providerRetryMs: number;
  /** Absolute folders; the first one takes working directories that nobody named a place for. */
  workspaceRoots: readonly string[];
  /** `none`: commands of agents run with all rights of the server. */
  sandbox: 'bubblewrap' | 'none';
  /** Concurrent commands in a worker: of all accounts, and of one. */
  commandsAtOnce: number;
  commandsPerAccount: number;
  /** Bytes of the disk that commands must leave free. */
  diskReserve: number;
  /** Bytes that an account's working directories may hold. */
  workspaceQuota: number;
  /** Where programs of the system are looked for. */
  searchPath: string;
  /** Hosts and ranges that outbound requests may reach although they are private. */
  outboundAllow: readonly string[];
  /** Ports at which one dialect answers at exactly its documented paths. */
  compatPorts: readonly DialectPort[];
  /** Whose a request is when nothing about it says so. */
  compatDefault: Dialect;
}

/** Every problem of the environment at once, so that an operator mends them in one go. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the whole configuration. A variable set to an empty string counts as unset.
 * @throws ConfigError naming each wrong variable, what it held (unless that is secret) and what is allowed.
 */
export function readConfig(variables: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  const missing = [...missingInProduction(given), ...missingOf(AZURE_PAIR, given), ...missingOf(OIDC, given)];
  const wrong = parsed.success ? misplacedRoots(parsed.data) : describe(parsed.error, given);
  const problems = [...wrong, ...missing];
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(`Configuration is wrong:\n${problems.map((line) => `  ${line}`).join('\n')}`);
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
    // What a secret or an address with a password holds must not end up in a terminal's or a service's log.
    const isOpen =
      !/KEY|SECRET|TOKEN|PASSWORD|URL|ENDPOINT|OLLAMA_HOST/.test(name) && !given[name]?.includes('@');
    return `${name}: ${message}${isOpen ? ` (it is ${JSON.stringify(given[name])})` : ''}`;
  });
}

const REQUIRED_IN_PRODUCTION = ['DATABASE_URL', 'JWT_SECRET', 'SECRETS_KEY'];

function missingInProduction(given: Record<string, string | undefined>): string[] {
  if (given.NODE_ENV !== 'production') return [];
  const missing = REQUIRED_IN_PRODUCTION.filter((name) => given[name] === undefined);
  return missing.map((name) => `${name}: required when NODE_ENV=production`);
}

const AZURE_PAIR = ['AZURE_OPENAI_API_KEY', 'AZURE_OPENAI_ENDPOINT'];
const OIDC = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'PUBLIC_URL'];

/** Variables that are set together or not at all. */
function missingOf(group: readonly string[], given: Record<string, string | undefined>): string[] {
  const missing = group.filter((name) => given[name] === undefined);
  const [present] = group.filter((name) => given[name] !== undefined);
  return present ? missing.map((name) => `${name}: required when ${present} is set`) : [];
}

/** Nobody could ever work there. */
function misplacedRoots({ DATA_DIR, WORKSPACE_ROOTS = [] }: Environment): string[] {
  const isWithin = (path: string, folder: string) => `${path}/`.startsWith(`${folder}/`);
  const data = resolve(DATA_DIR);
  const open = workspacesOf(DATA_DIR);
  const misplaced = WORKSPACE_ROOTS.filter(
    (root) => isWithin(resolve(root), data) && !isWithin(resolve(root), open),
  );
  return misplaced.map(
    (root) => `WORKSPACE_ROOTS: ${root} lies in DATA_DIR, of which ${open} alone is for work`,
  );
}

const workspacesOf = (dataDir: string): string => resolve(dataDir, 'workspaces');

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
    poolMax: env.PG_POOL_MAX,
    redisUrl: env.REDIS_URL ?? null,
    workerConcurrency: env.WORKER_CONCURRENCY,
    accountShare: env.ACCOUNT_SHARE,
    metricsPort: env.METRICS_PORT ?? null,
    jwtSecret: env.JWT_SECRET ?? null,
    secretsKey: env.SECRETS_KEY ?? null,
    oidc: oidc(env),
    registration: env.REGISTRATION ?? (production ? 'first-only' : 'open'),
    corsOrigins: env.CORS_ORIGINS ?? (production ? [] : ['http://localhost:5173', 'http://localhost:3000']),
    trustProxy: env.TRUST_PROXY ?? [],
    rateLimitFactor: env.RATE_LIMIT_FACTOR,
    requestsPerMinute: env.RATE_LIMIT_REQUESTS,
    runsPerMinute: env.RATE_LIMIT_RUNS,
    quotas: { runs: env.QUOTA_RUNS, objects: env.QUOTA_OBJECTS, bytes: env.QUOTA_BYTES },
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
  };
}

/** A base URL alone is enough: servers that speak the API often want no key. */
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
