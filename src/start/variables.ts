import { z } from 'zod';
import { MAX_DAYS, MIN_EVENT_DAYS } from '../rules/accounts/retention-days.ts';
import { SANDBOX_MODES } from '../rules/workspaces/isolation.ts';
import { DIALECTS } from '../vocabulary.ts';
import {
  dialectDates,
  dialectPorts,
  factor,
  folders,
  list,
  ollamaHost,
  outbound,
  part,
  postgresUrl,
  proxies,
  secureUrl,
  url,
  whole,
} from './variable-formats.ts';

/** The environment variables, with their formats and defaults. */
export const environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('warn'),
  HOST: z.string().default('127.0.0.1'),
  PORT: whole(0, 65535).default(8000),
  DATA_DIR: z.string().default('./.data'),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_DIRECT_URL: postgresUrl.optional(),
  DATABASE_READ_URL: postgresUrl.optional(),
  DATABASE_PREPARE: z.enum(['on', 'off']).default('on'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
    .optional(),
  PG_POOL_MAX: whole(2, 500).default(20),
  METRICS_PORT: whole(0, 65535).optional(),
  WORKER_CONCURRENCY: whole(1, 2000).default(200),
  ACCOUNT_SHARE: part().default(0.5),
  // HS256 requires a key no shorter than its hash (RFC 7518, 3.2).
  JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  SECRETS_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/_-]{43}=?$/, 'must be 32 bytes in base64')
    .optional(),
  OIDC_ISSUER: secureUrl.optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  PUBLIC_URL: url.refine((text) => new URL(text).pathname === '/', 'must not have a path').optional(),
  REGISTRATION: z.enum(['open', 'first-only', 'closed']).optional(),
  CORS_ORIGINS: list.optional(),
  CONSOLE: z.enum(['on', 'off']).default('on'),
  TRUST_PROXY: proxies.optional(),
  RATE_LIMIT_FACTOR: factor().default(1),
  RATE_LIMIT_REQUESTS: whole(1, 1_000_000_000).default(30_000),
  RATE_LIMIT_RUNS: whole(1, 1_000_000_000).default(12_000),
  QUERY_COST_LIMIT: whole(100, 1_000_000).default(10_000),
  DOCUMENTS: z.enum(['open', 'known', 'only']).default('open'),
  DOCUMENTS_FILE: z.string().optional(),
  QUOTA_RUNS: whole(0, 1_000_000_000_000).default(1_000_000),
  QUOTA_OBJECTS: whole(0, 1_000_000_000_000).default(100_000),
  QUOTA_BYTES: whole(0, 1_000_000_000_000_000).default(10 * 1024 ** 3),
  RETENTION_TEXT_DAYS: whole(1, MAX_DAYS).optional(),
  RETENTION_EVENTS_DAYS: whole(MIN_EVENT_DAYS, MAX_DAYS).optional(),
  RETENTION_ARTIFACTS_DAYS: whole(1, MAX_DAYS).optional(),
  RETENTION_IDEMPOTENCY_KEYS_DAYS: whole(1, MAX_DAYS).optional(),
  RETENTION_RUNS_DAYS: whole(1, MAX_DAYS).optional(),
  RETENTION_DELIVERIES_DAYS: whole(1, MAX_DAYS).default(90),
  RETENTION_FAILED_JOBS_DAYS: whole(1, MAX_DAYS).default(30),
  COMPAT_ANONYMOUS: z.enum(['orchestratex', 'none']).optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: url.optional(),
  ANTHROPIC_API_KEY: z.string().optional(),
  ANTHROPIC_BASE_URL: url.optional(),
  AZURE_OPENAI_API_KEY: z.string().optional(),
  AZURE_OPENAI_ENDPOINT: url.optional(),
  // The oldest version whose streams report usage and whose answers can be constrained to a schema.
  AZURE_OPENAI_API_VERSION: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}(-preview)?$/, 'must look like 2024-10-21 or 2025-04-01-preview')
    .default('2024-10-21'),
  OLLAMA_HOST: ollamaHost.default('http://127.0.0.1:11434'),
  PROVIDER_RETRY_SECONDS: whole(0, 86_400).default(150),
  WORKSPACE_ROOTS: folders.optional(),
  SANDBOX: z.enum(SANDBOX_MODES).default('auto'),
  COMMANDS_AT_ONCE: whole(1, 1000).default(16),
  COMMANDS_PER_ACCOUNT: whole(1, 1000).default(4),
  DISK_RESERVE_MIB: whole(0, 2 ** 30).default(1024),
  WORKSPACE_QUOTA_MIB: whole(1, 2 ** 30).default(8192),
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
  OUTBOUND_ALLOW: outbound.optional(),
  COMPAT_PORTS: dialectPorts.optional(),
  COMPAT_DEFAULT: z.enum(DIALECTS).default('themachine'),
  COMPAT_DEPRECATION: dialectDates.optional(),
  COMPAT_SUNSET: dialectDates.optional(),
});

export type Environment = z.infer<typeof environment>;
