import type { Environment } from './variables.ts';

export interface Description {
  /** What it is for, in Markdown. */
  text: string;
  /** What holds without it, where its schema has no default. */
  fallback?: string;
}

type Group = Partial<Record<keyof Environment, Description>>;

const server = {
  NODE_ENV: {
    text: '`production` turns off GraphiQL and introspection, and requires `DATABASE_URL`, `JWT_SECRET` and `SECRETS_KEY`',
  },
  LOG_LEVEL: { text: 'level of the log: JSON lines on stderr' },
  HOST: { text: 'address on which the API listens' },
  PORT: { text: 'port on which the API listens' },
  PUBLIC_URL: {
    text: 'public origin of this server, such as `https://ai.example.com`, without a path; for redirects of OpenID Connect and cookies',
  },
  CONSOLE: { text: '`off`: the pages of the console are not served' },
  CORS_ORIGINS: {
    text: 'pages that may call the API, separated by commas',
    fallback: '`http://localhost:5173`, `http://localhost:3000`; none in production',
  },
  TRUST_PROXY: {
    text: 'proxies whose `X-Forwarded-*` headers are trusted: addresses, ranges, `loopback`, `linklocal`, `uniquelocal`',
  },
  METRICS_PORT: {
    text: 'port on which a separate worker serves `/health` and `/metrics`; the API serves them on its own port',
  },
} satisfies Group;

const data = {
  DATA_DIR: {
    text: 'folder for the embedded Postgres, generated secrets and workspaces; created if it is missing',
  },
  DATABASE_URL: {
    text: 'your own Postgres, 15 or later; required for `start:api`, `start:worker` and production',
    fallback: 'the embedded Postgres',
  },
  DATABASE_DIRECT_URL: {
    text: 'for locks, LISTEN and migrations, when `DATABASE_URL` is a transaction pooler',
    fallback: '`DATABASE_URL`',
  },
  DATABASE_READ_URL: {
    text: 'a streaming standby of `DATABASE_URL` that answers reads of lists and totals, see [read replica](#read-replica)',
  },
  DATABASE_PREPARE: {
    text: '`off` sends unnamed statements to `DATABASE_URL`, for a transaction pooler that does not support prepared statements, such as pgbouncer before 1.21 or with `max_prepared_statements = 0`, and to `DATABASE_READ_URL`; requires `DATABASE_DIRECT_URL`',
  },
  PG_POOL_MAX: { text: 'connections of one process; a worker opens 10 more for its jobs' },
  REDIS_URL: {
    text: 'carries live events between processes and counts rate limits over all of them; it may be unavailable at any time',
  },
} satisfies Group;

const secrets = {
  JWT_SECRET: { text: 'signs login tokens; required in production', fallback: 'generated in `DATA_DIR`' },
  SECRETS_KEY: {
    text: '32 bytes in base64 that encrypt stored credentials; the same for API and workers; required in production',
    fallback: 'generated in `DATA_DIR`',
  },
  REGISTRATION: {
    text: 'who may register without an invitation',
    fallback: '`open`; `first-only` in production',
  },
  OIDC_ISSUER: {
    text: 'OpenID Connect provider for logins; set the three `OIDC_…` variables and `PUBLIC_URL`, or none',
  },
  OIDC_CLIENT_ID: { text: 'client at the provider' },
  OIDC_CLIENT_SECRET: { text: 'secret of the client' },
} satisfies Group;

const limits = {
  RATE_LIMIT_FACTOR: { text: 'multiplies every rate limit' },
  RATE_LIMIT_REQUESTS: {
    text: 'operations a minute of an account, or of an address without credentials: GraphQL operations, requests to the older APIs, messages on their sockets and downloads of artifacts',
  },
  RATE_LIMIT_RUNS: { text: 'runs that an account may create or start again in a minute, through any API' },
  QUERY_COST_LIMIT: { text: 'complexity points that one GraphQL operation may cost' },
  DOCUMENTS: {
    text: 'GraphQL documents that clients may execute: any (`open`), trusted ones and those that accounts registered (`known`), or trusted ones alone (`only`, which needs `DOCUMENTS_FILE`); see [transports](guide/transports.md#documents)',
  },
  DOCUMENTS_FILE: {
    text: "trusted documents: a JSON file that maps ids or hashes to documents, as codegen's client preset and Relay's compiler write it; read at the start",
  },
  QUOTA_RUNS: {
    text: 'tasks, executions and orchestrations that an account may keep; `updateUser` overrides the quotas of one account',
  },
  QUOTA_OBJECTS: {
    text: 'sessions, threads, agents, templates, workflows, integrations, API keys and models that an account may keep',
  },
  QUOTA_BYTES: { text: 'bytes stored for an account, before compression' },
} satisfies Group;

const retention = {
  RETENTION_TEXT_DAYS: {
    text: 'days for which the generated text in the logs of runs that ended is kept; `updateUser` overrides this and the others for one account',
  },
  RETENTION_EVENTS_DAYS: {
    text: 'days for which the logs of runs that ended are kept; at least 31, because cursors of feeds are valid for 30 days',
  },
  RETENTION_ARTIFACTS_DAYS: { text: 'days for which artifacts of runs that ended are kept' },
  RETENTION_IDEMPOTENCY_KEYS_DAYS: {
    text: 'days for which the idempotency keys of runs that ended are kept; as long as the runs, unless set',
  },
  RETENTION_RUNS_DAYS: {
    text: 'days for which runs that ended are kept, with everything that belongs to them',
  },
  RETENTION_DELIVERIES_DAYS: {
    text: 'days for which finished deliveries are kept, counted from their last change',
  },
  RETENTION_FAILED_JOBS_DAYS: { text: 'days for which jobs whose last attempt failed are kept' },
} satisfies Group;

const workers = {
  WORKER_CONCURRENCY: {
    text: 'slots of a worker: runs, deliveries and schedule ticks that it processes at the same time; 10 % more for accounts that hold none',
  },
  ACCOUNT_SHARE: {
    text: "maximum fraction of a worker's slots that one account may hold while others wait: greater than 0, at most 1",
  },
  WORKSPACE_ROOTS: {
    text: 'absolute folders, separated by commas, that hold working directories; API and workers must see the same ones',
    fallback: '`workspaces` in `DATA_DIR`',
  },
  SANDBOX: {
    text: 'what isolates commands: `bubblewrap`; `unshare`, which has no filter of system calls; `auto`: the first of the two that works, but never `unshare` with `NODE_ENV=production`; `none`: commands run with all rights of the server. See [sandbox](#sandbox)',
  },
  COMMANDS_AT_ONCE: { text: 'concurrent commands of agents and templates in a worker; the rest wait' },
  COMMANDS_PER_ACCOUNT: { text: 'concurrent commands of one account in a worker' },
  DISK_RESERVE_MIB: {
    text: 'MiB of disk space that commands must leave free: with less, none starts and running ones are stopped',
  },
  WORKSPACE_QUOTA_MIB: {
    text: 'MiB for all working directories of an account; beyond it, commands can only delete',
  },
  PATH: {
    text: 'where programs of the system, such as `bwrap`, are looked up; relative and empty entries are ignored',
  },
} satisfies Group;

const providers = {
  OPENAI_API_KEY: { text: 'key of OpenAI' },
  OPENAI_BASE_URL: {
    text: "any server with OpenAI's API; enough without a key",
    fallback: '`https://api.openai.com/v1`',
  },
  ANTHROPIC_API_KEY: { text: 'key of Anthropic' },
  ANTHROPIC_BASE_URL: {
    text: 'a server with its Messages API; enough without a key',
    fallback: '`https://api.anthropic.com`',
  },
  AZURE_OPENAI_API_KEY: { text: 'key of Azure OpenAI; set with the endpoint' },
  AZURE_OPENAI_ENDPOINT: { text: 'address of the resource, such as `https://example.openai.azure.com`' },
  AZURE_OPENAI_API_VERSION: { text: 'version of its API' },
  OLLAMA_HOST: { text: 'Ollama; its models are looked up at the start of a worker and every minute' },
  PROVIDER_RETRY_SECONDS: {
    text: 'how long a run is retried from the queue while its provider is unavailable and nothing was charged; 0: it fails after four tries',
  },
  OUTBOUND_ALLOW: {
    text: 'private hosts, addresses and ranges that webhooks, clones and custom models may reach, also over http; with `:port`, at that port only',
  },
} satisfies Group;

const olderApis = {
  COMPAT_PORTS: {
    text: 'ports at which one older API answers at exactly its documented paths, such as `amas:8004`',
  },
  COMPAT_DEFAULT: {
    text: 'API that a request belongs to when several have its path and nothing else decides',
  },
  COMPAT_ANONYMOUS: {
    text: '`orchestratex`: its clients need no credentials and share one guest account; `none`: there are no guests',
    fallback: 'guests need the secret base URL',
  },
  COMPAT_DEPRECATION: {
    text: 'the day, past or future, from which an older API is deprecated, such as `amas:2027-01-31`; several are separated by commas. Its responses have a `Deprecation` header (RFC 9745), and its OpenAPI document marks all operations as deprecated',
  },
  COMPAT_SUNSET: {
    text: 'the day on which an older API will be turned off, such as `amas:2027-07-31`; several are separated by commas. Its responses have a `Sunset` header (RFC 8594). This only announces the day: the server keeps answering after it',
  },
} satisfies Group;

/** The compiler names each variable that has none. */
export const DESCRIPTIONS: Readonly<Record<string, Description>> = {
  ...server,
  ...data,
  ...secrets,
  ...limits,
  ...retention,
  ...workers,
  ...providers,
  ...olderApis,
} satisfies Record<keyof Environment, Description>;

/** The variables by subject, as the tables of docs/operations.md have them. */
export const SUBJECTS: Readonly<Record<string, Group>> = {
  Server: server,
  'Database and processes': data,
  'Secrets and accounts': secrets,
  'Limits and quotas': limits,
  Retention: retention,
  'Workers, workspaces and sandbox': workers,
  'Model providers and outbound requests': providers,
  'Older APIs': olderApis,
};
