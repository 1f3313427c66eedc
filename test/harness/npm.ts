import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A real `npm run`, as in a shell of its own: what this process was given by npm is not passed on. */
export function npm(parameters: string[], variables: Record<string, string>): ChildProcess {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    OLLAMA_HOST: '127.0.0.1:9',
    ...variables,
  };
  return spawn('npm', parameters, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export async function untilEnded(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => (stdout += chunk));
  child.stderr?.on('data', (chunk) => (stderr += chunk));
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

/** What a server prints when it is up. @throws Error when it ends before. */
export function untilReady(child: ChildProcess): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.stdout?.on('data', (chunk) => {
      output += chunk;
      if (/(is ready|API is at)[\s\S]*\n$/.test(output)) resolve(output);
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)));
  });
}
