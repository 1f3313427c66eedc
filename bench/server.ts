import type { Polyphony } from '../test/harness/process.ts';
import type { Target } from './client/tasks.ts';
import { query } from './postgres.ts';

export const POOL_MAX = 20;
export const CONCURRENCY = 200;

/** A server under test, and an account on it; all of it can be sent to another process. */
export interface Server extends Target {
  pid: number;
  databaseUrl: string;
  ownerId: string;
}

export interface Setting {
  databaseUrl: string;
  modelUrl: string;
  /** Its sessions' working directories are in it. */
  dataDir: string;
  /** Where to leave a CPU profile at the end; null: none is taken. */
  profileFolder: string | null;
}

/** API and worker in one process, as in production, on a database that is there. */
export async function startServer(
  launch: (variables: Record<string, string>) => Promise<Polyphony>,
  setting: Setting,
): Promise<{ server: Server; stop(): Promise<unknown> }> {
  const { pid, url: named, stop } = await launch(variablesOf(setting));
  const server = { url: loopback(named), pid, databaseUrl: setting.databaseUrl };
  return { server: { ...server, ...(await newAccount(server, 'bench')) }, stop };
}

/** Whose tasks nobody else's come among. */
export async function newAccount(server: Pick<Server, 'url' | 'databaseUrl'>, name: string) {
  const token = await register(server.url, name);
  const text = 'select id from app_user where name = $1';
  const [owner] = await query<{ id: string }>(server.databaseUrl, text, [name]);
  return { token, ownerId: owner!.id };
}

export function variablesOf({
  databaseUrl,
  modelUrl,
  dataDir,
  profileFolder,
}: Setting): Record<string, string> {
  return {
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    JWT_SECRET: 'a secret of the bench, long enough',
    SECRETS_KEY: Buffer.alloc(32).toString('base64'),
    REGISTRATION: 'open',
    RATE_LIMIT_FACTOR: '1000000',
    PG_POOL_MAX: String(POOL_MAX),
    WORKER_CONCURRENCY: String(CONCURRENCY),
    ...modelVariables(modelUrl),
    ...(profileFolder && {
      NODE_OPTIONS: `--cpu-prof --cpu-prof-interval=500 --cpu-prof-dir=${profileFolder}`,
    }),
  };
}

export const modelVariables = (modelUrl: string) => ({
  OPENAI_API_KEY: 'bench',
  OPENAI_BASE_URL: `${modelUrl}/v1`,
});

/** A name would be looked up, and tried over IPv6 first, for each of thousands of connections. */
export const loopback = (url: string): string => url.replace('localhost', '127.0.0.1');

const PASSWORD = 'a good password';
const emailOf = (name: string) => `${name}@example.com`;

/** @returns the token of a fresh account. */
export function register(url: string, name = 'bench'): Promise<string> {
  const input = { email: emailOf(name), password: PASSWORD, name };
  return askToken(
    url,
    'mutation ($input: RegisterInput!) { login: register(input: $input) { token } }',
    input,
  );
}

/** @returns a token of an account that was registered before. */
export function login(url: string, name: string): Promise<string> {
  const input = { email: emailOf(name), password: PASSWORD };
  return askToken(url, 'mutation ($input: LoginInput!) { login(input: $input) { token } }', input);
}

async function askToken(url: string, query: string, input: object): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  return ((await response.json()) as { data: { login: { token: string } } }).data.login.token;
}
