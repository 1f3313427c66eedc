import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../src/config.ts';
import { environment } from '../src/start/variables.ts';

const SECRET = 'a secret of thirty-two characters';
const SECRETS_KEY = Buffer.alloc(32, 1).toString('base64');
const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://db/polyphony',
  JWT_SECRET: SECRET,
  SECRETS_KEY,
};

/** The lines of the refusal, without its headline. */
function problemsOf(variables: Record<string, string>): string[] {
  try {
    readConfig(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n  ').slice(1);
    throw error;
  }
  return [];
}

describe('what a variable becomes', () => {
  test('nothing set: what one machine with one command needs', () => {
    expect(readConfig({})).toEqual({
      production: false,
      accountShare: 0.5,
      logLevel: 'warn',
      host: '127.0.0.1',
      port: 8000,
      dataDir: './.data',
      databaseUrl: null,
      databaseDirectUrl: null,
      databaseReadUrl: null,
      poolMax: 20,
      preparesStatements: true,
      providerRetryMs: 150_000,
      redisUrl: null,
      workerConcurrency: 200,
      jwtSecret: null,
      secretsKey: null,
      oidc: null,
      registration: 'open',
      corsOrigins: ['http://localhost:5173', 'http://localhost:3000'],
      cookieOrigins: [],
      console: true,
      retention: {
        text: null,
        events: null,
        artifacts: null,
        idempotencyKeys: null,
        runs: null,
        deliveries: 90,
        failedJobs: 30,
      },
      trustProxy: [],
      rateLimitFactor: 1,
      requestsPerMinute: 30_000,
      runsPerMinute: 12_000,
      documents: { mode: 'open', file: null, costLimit: 10_000 },
      quotas: { runs: 1_000_000, objects: 100_000, bytes: 10_737_418_240 },
      openai: null,
      anthropic: null,
      azure: null,
      ollama: { baseUrl: 'http://127.0.0.1:11434' },
      outboundAllow: [],
      compatAnonymous: null,
      metricsPort: null,
      compatPorts: [],
      compatDefault: 'themachine',
      compatLifetimes: {},
      workspaceRoots: [resolve('.data/workspaces')],
      sandbox: 'auto',
      commandsAtOnce: 16,
      commandsPerAccount: 4,
      diskReserve: 2 ** 30,
      workspaceQuota: 2 ** 33,
      searchPath: '/usr/local/bin:/usr/bin:/bin',
    });
  });

  test('set to an empty string: the same as not set', () => {
    const names = [
      ...['NODE_ENV', 'PORT', 'DATABASE_URL', 'JWT_SECRET', 'CORS_ORIGINS', 'OPENAI_API_KEY'],
      ...['ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL', 'OLLAMA_HOST', 'AZURE_OPENAI_API_KEY'],
      ...['AZURE_OPENAI_ENDPOINT', 'AZURE_OPENAI_API_VERSION'],
    ];
    expect(readConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(readConfig({}));
  });

  test.each([
    { given: { PORT: '0' }, expected: { port: 0 } },
    { given: { PORT: '65535' }, expected: { port: 65535 } },
    { given: { HOST: '0.0.0.0' }, expected: { host: '0.0.0.0' } },
    { given: { WORKER_CONCURRENCY: '7', PG_POOL_MAX: '5' }, expected: { workerConcurrency: 7, poolMax: 5 } },
    {
      given: { CORS_ORIGINS: ' https://a.example, https://b.example ,' },
      expected: { corsOrigins: ['https://a.example', 'https://b.example'] },
    },
    { given: { REGISTRATION: 'closed' }, expected: { registration: 'closed' } },
    {
      given: { TRUST_PROXY: 'loopback, 10.0.0.0/8,2001:db8::1' },
      expected: { trustProxy: ['loopback', '10.0.0.0/8', '2001:db8::1'] },
    },
    { given: { RATE_LIMIT_FACTOR: '2' }, expected: { rateLimitFactor: 2 } },
    {
      given: { RATE_LIMIT_REQUESTS: '10', RATE_LIMIT_RUNS: '5' },
      expected: { requestsPerMinute: 10, runsPerMinute: 5 },
    },
    {
      given: { QUOTA_RUNS: '3', QUOTA_OBJECTS: '2', QUOTA_BYTES: '1' },
      expected: { quotas: { runs: 3, objects: 2, bytes: 1 } },
    },
    { given: { COMPAT_ANONYMOUS: 'orchestratex' }, expected: { compatAnonymous: 'orchestratex' } },
    { given: { COMPAT_ANONYMOUS: 'none' }, expected: { compatAnonymous: 'none' } },
    { given: { RATE_LIMIT_FACTOR: '0.5' }, expected: { rateLimitFactor: 0.5 } },
    {
      given: { DATABASE_URL: 'postgresql://db/x' },
      expected: { databaseUrl: 'postgresql://db/x', databaseDirectUrl: 'postgresql://db/x' },
    },
    {
      given: { DATABASE_URL: 'postgres://pooler/x', DATABASE_DIRECT_URL: 'postgres://db/x' },
      expected: { databaseUrl: 'postgres://pooler/x', databaseDirectUrl: 'postgres://db/x' },
    },
    {
      given: { DATABASE_PREPARE: 'off', DATABASE_DIRECT_URL: 'postgres://db/polyphony' },
      expected: { preparesStatements: false, databaseDirectUrl: 'postgres://db/polyphony' },
    },
    {
      given: { DATABASE_URL: 'postgres://db/x', DATABASE_READ_URL: 'postgres://standby/x' },
      expected: { databaseUrl: 'postgres://db/x', databaseReadUrl: 'postgres://standby/x' },
    },
    {
      given: { OPENAI_API_KEY: 'sk-1' },
      expected: { openai: { apiKey: 'sk-1', baseUrl: 'https://api.openai.com/v1' } },
    },
    {
      given: { OPENAI_BASE_URL: 'http://localhost:1234/v1//' },
      expected: { openai: { apiKey: 'none', baseUrl: 'http://localhost:1234/v1' } },
    },
    {
      given: { OPENAI_API_KEY: 'sk-1', OPENAI_BASE_URL: 'https://eu.example/v1' },
      expected: { openai: { apiKey: 'sk-1', baseUrl: 'https://eu.example/v1' } },
    },
    {
      given: { ANTHROPIC_API_KEY: 'sk-ant' },
      expected: { anthropic: { apiKey: 'sk-ant', baseUrl: 'https://api.anthropic.com' } },
    },
    {
      given: { ANTHROPIC_BASE_URL: 'http://localhost:4000/' },
      expected: { anthropic: { apiKey: 'none', baseUrl: 'http://localhost:4000' } },
    },
    {
      given: { AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: 'https://r.openai.azure.com/' },
      expected: {
        azure: { apiKey: 'k', endpoint: 'https://r.openai.azure.com', apiVersion: '2024-10-21' },
      },
    },
    {
      given: {
        AZURE_OPENAI_API_KEY: 'k',
        AZURE_OPENAI_ENDPOINT: 'https://r.openai.azure.com',
        AZURE_OPENAI_API_VERSION: '2025-04-01-preview',
      },
      expected: { azure: { apiVersion: '2025-04-01-preview' } },
    },
    { given: { AZURE_OPENAI_API_VERSION: '2025-04-01-preview' }, expected: { azure: null } },
    { given: { PROVIDER_RETRY_SECONDS: '0' }, expected: { providerRetryMs: 0 } },
    { given: { OLLAMA_HOST: 'gpu' }, expected: { ollama: { baseUrl: 'http://gpu:11434' } } },
    { given: { OLLAMA_HOST: 'gpu:8080' }, expected: { ollama: { baseUrl: 'http://gpu:8080' } } },
    { given: { OLLAMA_HOST: '0.0.0.0' }, expected: { ollama: { baseUrl: 'http://127.0.0.1:11434' } } },
    { given: { OLLAMA_HOST: '[::1]' }, expected: { ollama: { baseUrl: 'http://[::1]:11434' } } },
    { given: { OLLAMA_HOST: 'gpu/ollama/' }, expected: { ollama: { baseUrl: 'http://gpu/ollama' } } },
    { given: { DATA_DIR: '/data' }, expected: { workspaceRoots: ['/data/workspaces'] } },
    { given: { WORKSPACE_ROOTS: '/a, /b/' }, expected: { workspaceRoots: ['/a', '/b'] } },
    {
      given: { DATA_DIR: '/data', WORKSPACE_ROOTS: '/data/workspaces,/data/workspaces/more,/' },
      expected: { workspaceRoots: ['/data/workspaces', '/data/workspaces/more', '/'] },
    },
    { given: { SECRETS_KEY }, expected: { secretsKey: SECRETS_KEY } },
    {
      given: { OUTBOUND_ALLOW: 'git.example.com, 10.0.0.0/8,::1' },
      expected: { outboundAllow: ['git.example.com', '10.0.0.0/8', '::1'] },
    },
    { given: { COMPAT_DEFAULT: 'amas' }, expected: { compatDefault: 'amas' } },
    {
      given: { COMPAT_PORTS: 'amas:8004, mini-devin:0' },
      expected: {
        compatPorts: [
          { dialect: 'amas', port: 8004 },
          { dialect: 'mini-devin', port: 0 },
        ],
      },
    },
    {
      given: {
        COMPAT_DEPRECATION: 'amas:2027-01-31, mini-devin:2027-01-31',
        COMPAT_SUNSET: 'amas:2027-07-31',
      },
      expected: {
        compatLifetimes: {
          amas: { deprecated: new Date('2027-01-31'), sunset: new Date('2027-07-31') },
          'mini-devin': { deprecated: new Date('2027-01-31'), sunset: null },
        },
      },
    },
    { given: { SANDBOX: 'none', PATH: '/opt/bin' }, expected: { sandbox: 'none', searchPath: '/opt/bin' } },
    { given: { SANDBOX: 'unshare' }, expected: { sandbox: 'unshare' } },
    { given: { OLLAMA_HOST: 'https://gpu' }, expected: { ollama: { baseUrl: 'https://gpu' } } },
    {
      given: { ...PRODUCTION },
      expected: { production: true, registration: 'first-only', corsOrigins: [], jwtSecret: SECRET },
    },
    { given: { ...PRODUCTION, REGISTRATION: 'open' }, expected: { registration: 'open' } },
  ])('$given', ({ given, expected }) => {
    expect(readConfig(given)).toMatchObject(expected);
  });
});

describe('what is refused, and in which words', () => {
  const port = 'PORT: must be a whole number from 0 to 65535';

  test.each([
    { given: { PORT: 'http' }, expected: [`${port} (it is "http")`] },
    { given: { PORT: '65536' }, expected: [`${port} (it is "65536")`] },
    { given: { PORT: ' ' }, expected: [`${port} (it is " ")`] },
    { given: { PORT: '80.5' }, expected: [`${port} (it is "80.5")`] },
    {
      given: { PG_POOL_MAX: '1' },
      expected: ['PG_POOL_MAX: must be a whole number from 2 to 500 (it is "1")'],
    },
    {
      given: { WORKER_CONCURRENCY: '0' },
      expected: ['WORKER_CONCURRENCY: must be a whole number from 1 to 2000 (it is "0")'],
    },
    {
      given: { REGISTRATION: 'yes' },
      expected: ['REGISTRATION: Invalid option: expected one of "open"|"first-only"|"closed" (it is "yes")'],
    },
    {
      given: { DATABASE_URL: 'mysql://me:pass@db/x' },
      expected: ['DATABASE_URL: must start with postgres:// or postgresql://'],
    },
    { given: { JWT_SECRET: 'too short' }, expected: ['JWT_SECRET: must have at least 32 characters'] },
    {
      given: { OPENAI_BASE_URL: 'ftp://host/v1' },
      expected: ['OPENAI_BASE_URL: must be a URL that starts with http:// or https://'],
    },
    {
      given: { OPENAI_BASE_URL: 'https://me:pass@host/v1' },
      expected: ['OPENAI_BASE_URL: must not contain a user name or password'],
    },
    {
      given: { ANTHROPIC_BASE_URL: 'api.anthropic.com' },
      expected: ['ANTHROPIC_BASE_URL: must be a URL that starts with http:// or https://'],
    },
    {
      given: { OIDC_ISSUER: 'http://login.example.com', OIDC_CLIENT_ID: 'a', OIDC_CLIENT_SECRET: 'b' },
      expected: [
        'OIDC_ISSUER: must start with https:// (it is "http://login.example.com")',
        'PUBLIC_URL: required when OIDC_ISSUER is set',
      ],
    },
    {
      given: { AZURE_OPENAI_API_KEY: 'k' },
      expected: ['AZURE_OPENAI_ENDPOINT: required when AZURE_OPENAI_API_KEY is set'],
    },
    {
      given: { AZURE_OPENAI_ENDPOINT: 'https://r', AZURE_OPENAI_API_VERSION: 'latest' },
      expected: [
        'AZURE_OPENAI_API_VERSION: must look like 2024-10-21 or 2025-04-01-preview (it is "latest")',
        'AZURE_OPENAI_API_KEY: required when AZURE_OPENAI_ENDPOINT is set',
      ],
    },
    {
      given: { OLLAMA_HOST: 'me:pass@gpu' },
      expected: ['OLLAMA_HOST: must not contain a user name or password'],
    },
    {
      given: { OLLAMA_HOST: 'my gpu' },
      expected: ['OLLAMA_HOST: must be a URL that starts with http:// or https://'],
    },
    ...['projects', '/a,b', ','].map((given) => ({
      given: { WORKSPACE_ROOTS: given },
      expected: [`WORKSPACE_ROOTS: must be absolute paths, separated by commas (it is "${given}")`],
    })),
    ...['/data', '/data/postgres', '/data/workspaces-of-mine'].map((given) => ({
      given: { DATA_DIR: '/data', WORKSPACE_ROOTS: `/a,${given}` },
      expected: [
        `WORKSPACE_ROOTS: ${given} is inside DATA_DIR, where only /data/workspaces may contain working directories`,
      ],
    })),
    ...['amas', 'amas:', 'amas:70000', 'amas:80:81', 'rasa:80', ':80'].map((given) => ({
      given: { COMPAT_PORTS: given },
      expected: [
        `COMPAT_PORTS: must be dialects with a port each, such as amas:8004, separated by commas; dialects are themachine, ai-task-orchestra, mini-devin, amas, orchestratex (it is "${given}")`,
      ],
    })),
    ...['amas', 'amas:2027', 'amas:2027-02-30', 'rasa:2027-01-31', 'amas:2027-01-31T00:00:00Z'].map(
      (given) => ({
        given: { COMPAT_SUNSET: given },
        expected: [
          `COMPAT_SUNSET: must be dialects, each with a date, such as amas:2027-01-31, separated by commas; dialects are themachine, ai-task-orchestra, mini-devin, amas, orchestratex (it is "${given}")`,
        ],
      }),
    ),
    {
      given: { COMPAT_DEPRECATION: 'amas:2027-01-31,amas:2027-02-01' },
      expected: ['COMPAT_DEPRECATION: must name each dialect once (it is "amas:2027-01-31,amas:2027-02-01")'],
    },
    {
      given: { COMPAT_DEPRECATION: 'amas:2027-01-31', COMPAT_SUNSET: 'amas:2027-01-30' },
      expected: ['COMPAT_SUNSET: amas has an earlier date than in COMPAT_DEPRECATION'],
    },
    ...['http://git.example.com', 'git.example.com:70000', 'git.example.com:0', '10.0.0.0/40'].map(
      (given) => ({
        given: { OUTBOUND_ALLOW: given },
        expected: [
          `OUTBOUND_ALLOW: must be hosts, addresses and ranges such as git.example.com or 10.0.0.0/8, optionally with a :port, separated by commas (it is "${given}")`,
        ],
      }),
    ),
    { given: { SECRETS_KEY: 'short' }, expected: ['SECRETS_KEY: must be 32 bytes in base64'] },
    {
      given: { SANDBOX: 'off' },
      expected: [
        'SANDBOX: Invalid option: expected one of "auto"|"bubblewrap"|"unshare"|"none" (it is "off")',
      ],
    },
    {
      given: { DATABASE_PREPARE: 'off' },
      expected: ['DATABASE_DIRECT_URL: required when DATABASE_PREPARE=off'],
    },
    {
      given: { DATABASE_READ_URL: 'postgres://standby/x' },
      expected: ['DATABASE_URL: required when DATABASE_READ_URL is set'],
    },
    {
      given: { NODE_ENV: 'production' },
      expected: [
        'DATABASE_URL: required when NODE_ENV=production',
        'JWT_SECRET: required when NODE_ENV=production',
        'SECRETS_KEY: required when NODE_ENV=production',
      ],
    },
    ...['0', '-1', 'off', '0.0', '1e3', ''.padEnd(2)].map((given) => ({
      given: { RATE_LIMIT_FACTOR: given },
      expected: [`RATE_LIMIT_FACTOR: must be a number greater than 0, such as 2 or 0.5 (it is "${given}")`],
    })),
    ...['true', '1', 'proxy.example', '10.0.0.0/40'].map((given) => ({
      given: { TRUST_PROXY: given },
      expected: [
        `TRUST_PROXY: must be addresses or ranges such as 10.0.0.0/8, or loopback, linklocal, uniquelocal, separated by commas (it is "${given}")`,
      ],
    })),
    { given: { ...PRODUCTION, JWT_SECRET: '' }, expected: ['JWT_SECRET: required when NODE_ENV=production'] },
    { given: { DOCUMENTS: 'only' }, expected: ['DOCUMENTS_FILE: required when DOCUMENTS=only'] },
  ])('$given', ({ given, expected }) => {
    expect(problemsOf(given)).toEqual(expected);
  });

  test('everything that is wrong at once, in one message', () => {
    const variables = { NODE_ENV: 'production', PORT: 'x', LOG_LEVEL: 'loud', OPENAI_BASE_URL: 'host' };
    const named = problemsOf(variables).map((line) => line.split(':')[0]);
    expect(named.toSorted()).toEqual([
      ...['DATABASE_URL', 'JWT_SECRET', 'LOG_LEVEL', 'OPENAI_BASE_URL', 'PORT', 'SECRETS_KEY'],
    ]);
  });

  test('the message repeats no secret', () => {
    const variables = {
      JWT_SECRET: 'canary',
      SECRETS_KEY: 'canary',
      DATABASE_URL: 'canary',
      DATABASE_DIRECT_URL: 'canary',
      OPENAI_BASE_URL: 'canary',
      AZURE_OPENAI_API_KEY: 'canary',
      AZURE_OPENAI_ENDPOINT: 'canary',
      OLLAMA_HOST: 'canary:canary@host',
    };
    expect(problemsOf(variables)).toHaveLength(7);
    expect(problemsOf(variables).join()).not.toContain('canary');
  });

  test('nor an address with a password, whichever variable it was put into', () => {
    const names = Object.keys(environment.shape);
    for (const name of names) {
      const problems = problemsOf({ [name]: 'postgres://me:canary@host/\n' });
      expect(problems.join(), name).not.toContain('canary');
    }
  });
});
