import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, type Polyphony, type Script } from '../test/harness/process.ts';
import { type Commands, type Forked, forkProcess } from './fork.ts';
import { microseconds } from './measure/clock.ts';
import { type Postgres, query, startPostgres, withDatabase } from './postgres.ts';
import type { LoadCommands } from './processes/load.ts';
import type { ModelServerCommands } from './processes/model-server.ts';
import type { SdkCommands } from './processes/sdk.ts';
import { type Server, startServer } from './server.ts';

/** When something ran, on the clock of `microseconds`. */
export interface Span {
  label: string;
  from: number;
  to: number;
}

/** Everything that the rows share. Each part is a process of its own, and all of them end with the stage. */
export interface Stage {
  quick: boolean;
  /** Of the account that has many. */
  runs: number;
  /** Gone at the end. */
  folder: string;
  postgresPid: number;
  databaseUrl: string;
  modelUrl: string;
  load: Forked<LoadCommands>;
  sdk: Forked<SdkCommands>;
  /** API and worker in one process, on the stage's Postgres. */
  polyphony(): Promise<Server>;
  /** An empty database. @returns its address. */
  createDatabase(name: string): Promise<string>;
  fork<Known extends Commands>(file: string): Forked<Known>;
  /** Another one, in a folder that stays. */
  startPostgres(dataDir: string): Promise<Postgres>;
  /** Polyphony as `npm start`, or another script, has it, with more variables. */
  launch(variables: Record<string, string>, script?: Script): Promise<Polyphony>;
  /** Remembers when it ran, for the profile. */
  during<Result>(label: string, work: () => Promise<Result>): Promise<Result>;
  spans: readonly Span[];
  profileFolder: string | null;
  stopPolyphony(): Promise<void>;
  end(): Promise<void>;
}

type AtEnd = (close: () => Promise<unknown>) => void;

type Options = Pick<Stage, 'quick' | 'runs'> & { profile: boolean };

export async function openStage(options: Options): Promise<Stage> {
  const closers: (() => Promise<unknown>)[] = [];
  const end = async () => {
    for (const close of closers.splice(0).toReversed())
      await close().catch((error) => console.error('while ending:', error));
  };
  try {
    return { ...(await build(options, (close) => closers.push(close))), end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function build({ quick, runs, profile }: Options, atEnd: AtEnd) {
  const folder = await makeFolder(atEnd);
  const { fork, launch, startPostgres: start } = starters(atEnd);
  const postgres = await start(join(folder, 'data'));
  const modelUrl = await fork<ModelServerCommands>('model-server.ts').call('start', undefined);
  const profileFolder = profile ? join(folder, 'profile') : null;
  const setting = { databaseUrl: postgres.url, modelUrl, dataDir: join(folder, 'server'), profileFolder };
  let polyphony: ReturnType<typeof startServer> | null = null;
  return {
    quick,
    runs,
    folder,
    postgresPid: postgres.pid,
    databaseUrl: postgres.url,
    modelUrl,
    load: fork<LoadCommands>('load.ts'),
    sdk: fork<SdkCommands>('sdk.ts'),
    fork,
    launch,
    startPostgres: start,
    async polyphony() {
      polyphony ??= startServer(launch, setting);
      return (await polyphony).server;
    },
    stopPolyphony: async () => void (await (await polyphony)?.stop()),
    async createDatabase(name: string) {
      await query(postgres.url, `create database ${name} template template0`);
      return withDatabase(postgres.url, name);
    },
    profileFolder,
    ...stopwatch(),
  };
}

/** Whatever they start ends with the stage, and nothing else does. */
function starters(atEnd: AtEnd) {
  return {
    fork<Known extends Commands>(file: string): Forked<Known> {
      const forked = forkProcess<Known>(file);
      atEnd(forked.stop);
      return forked;
    },
    async startPostgres(dataDir: string): Promise<Postgres> {
      const postgres = await startPostgres(dataDir);
      atEnd(postgres.stop);
      return postgres;
    },
    async launch(variables: Record<string, string>, script: Script = 'start'): Promise<Polyphony> {
      const launched = await launch(script, variables);
      atEnd(launched.stop);
      return launched;
    },
  };
}

function stopwatch(): Pick<Stage, 'spans' | 'during'> {
  const spans: Span[] = [];
  return {
    spans,
    async during(label, work) {
      const from = microseconds();
      const result = await work();
      spans.push({ label, from, to: microseconds() });
      return result;
    },
  };
}

/** Below the checkout: a temporary folder may be in memory, where an fsync costs nothing. */
async function makeFolder(atEnd: AtEnd): Promise<string> {
  const parent = new URL('../.data', import.meta.url).pathname;
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'bench-'));
  atEnd(async () => {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    // Only when nothing else is in it.
    await rmdir(parent).catch(() => {});
  });
  return folder;
}
