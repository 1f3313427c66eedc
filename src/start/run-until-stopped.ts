import { fileURLToPath } from 'node:url';
import { type Config, ConfigError, readConfig, readNpm } from '../config.ts';
import { createDataDir } from '../data-dir/create-data-dir.ts';
import { coerceError } from '../errors.ts';
import { createLog, type Log } from '../log.ts';

export interface Life {
  config: Config;
  log: Log;
  /** Registered functions are called in reverse order. */
  atStop(close: () => Promise<void>): void;
}

const STOP_LIMIT_MS = 20_000;

/**
 * Starts a process and keeps it until SIGINT or SIGTERM, then closes in reverse order what was opened. A
 * failed start closes what it had opened, prints a readable reason and exits with 1.
 * @param start returns the text to print when everything is running
 */
export async function runUntilStopped(start: (life: Life) => Promise<string>): Promise<void> {
  const closers: (() => Promise<void>)[] = [];
  let stopping: Promise<void> | null = null;
  const stop = (exitCode: number) => {
    stopping ??= closeAll(closers).finally(() => process.exit(exitCode));
    // A hanging close must not keep the process alive.
    setTimeout(() => process.exit(exitCode || 1), STOP_LIMIT_MS).unref();
    return stopping;
  };
  // A signal may arrive twice: a terminal sends Ctrl-C to npm as well, and npm forwards it.
  process.on('SIGINT', () => void stop(0));
  process.on('SIGTERM', () => void stop(0));
  if (isOfNpm()) atParentsEnd(() => void stop(0));
  try {
    const config = readConfig();
    await createDataDir(config.dataDir);
    const log = createLog(config.logLevel);
    console.log(await start({ config, log, atStop: (close) => closers.push(close) }));
  } catch (thrown) {
    // A start that is being stopped fails because its dependencies are closed.
    if (!stopping) console.error(explain(coerceError(thrown)));
    await stop(1);
  }
}

/** The scripts of package.json that `exec` this process, so that npm itself is the parent. */
const SCRIPTS = ['start', 'start:api', 'start:worker'];

/** False when npm started another program that started this one: it may exit on purpose. */
function isOfNpm(): boolean {
  const { event, manifest } = readNpm();
  return (
    SCRIPTS.includes(event ?? '') &&
    manifest === fileURLToPath(new URL('../../package.json', import.meta.url))
  );
}

const WATCH_MS = 500;

/** A killed npm forwards no signal. The parent's pid changes then, and there is no event for that, so it is polled. */
function atParentsEnd(callback: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, WATCH_MS);
  timer.unref();
}

async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
  for (const close of closers.toReversed()) {
    await close().catch((error) => console.error(`while stopping: ${coerceError(error).message}`));
  }
}

function explain(error: Error & { code?: unknown; port?: unknown }): string {
  if (error instanceof ConfigError) return error.message;
  if (error.code === 'EADDRINUSE') {
    return `Port ${String(error.port)} is in use by another program. Stop it, or choose another port: PORT=8001 npm start`;
  }
  return `Polyphony could not start: ${error.message}`;
}

/** @throws ConfigError when it is missing: only `npm start` has an embedded Postgres */
export function requireDatabaseUrl(config: Config, script: string): { url: string; directUrl: string } {
  const { databaseUrl: url, databaseDirectUrl } = config;
  if (url === null)
    throw new ConfigError(
      `DATABASE_URL: required for ${script}; only \`npm start\` has an embedded database`,
    );
  return { url, directUrl: databaseDirectUrl ?? url };
}

export function isEntryPoint(meta: ImportMeta): boolean {
  return process.argv[1] === meta.filename;
}
