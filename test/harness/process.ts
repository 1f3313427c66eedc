import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Polyphony {
  pid: number;
  /** Where the API is; empty for a worker. */
  url: string;
  output(): string;
  /** SIGTERM, and wait for the end. @returns the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: no chance to clean up. */
  kill(): Promise<void>;
}

const SCRIPTS = { start: 'main.ts', 'start:api': 'server.ts', 'start:worker': 'worker.ts' } as const;
export type Script = keyof typeof SCRIPTS;

/** A process of its own, not up yet. */
export function begin(script: Script, variables: Record<string, string>) {
  const file = new URL(`../../src/${SCRIPTS[script]}`, import.meta.url).pathname;
  const env = {
    PATH: process.env.PATH ?? '',
    MALLOC_ARENA_MAX: '2',
    NODE_COMPILE_CACHE: new URL('../../node_modules/.cache/node', import.meta.url).pathname,
    PORT: '0',
    OLLAMA_HOST: '127.0.0.1:9',
    ...variables,
  };
  return spawn(process.execPath, ['--max-semi-space-size=16', file], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/**
 * A process of its own, as `npm run <script>` starts it, up and ready.
 * @throws Error with its output when it ends before.
 */
export async function launch(script: Script, variables: Record<string, string>): Promise<Polyphony> {
  const child = begin(script, variables);
  let output = '';
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (/is ready|API is at/.test(output)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)));
  });
  return {
    pid: child.pid!,
    url: /http:\/\/\S+(?=\/graphql)/.exec(output)?.[0] ?? '',
    output: () => output,
    stop: () => end(child, ended, 'SIGTERM'),
    async kill() {
      await end(child, ended, 'SIGKILL');
    },
  };
}

async function end(
  child: ChildProcess,
  ended: Promise<unknown[]>,
  signal: NodeJS.Signals,
): Promise<number | null> {
  child.kill(signal);
  // One that a failed test left frozen would take no notice.
  child.kill('SIGCONT');
  const [code] = await ended;
  return code as number | null;
}
