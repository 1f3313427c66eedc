import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Client, data, TASK_EVENTS } from './client.ts';
import { freePort } from './free-port.ts';

export interface Redis {
  url: string;
  port: number;
  pid: number;
  kill(): Promise<void>;
  /** It neither answers nor goes away, until it is resumed. */
  freeze(): void;
  resume(): void;
}

/** A real redis-server without persistence, on a free port or on the port of one that was killed. */
export async function startRedis(port?: number): Promise<Redis> {
  const at = port ?? (await freePort());
  const server = spawn('redis-server', [
    '--port',
    String(at),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ]);
  const ended = once(server, 'exit');
  let output = '';
  await new Promise<void>((resolve, reject) => {
    server.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.includes('Ready to accept connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`redis-server ended: ${output}`)));
  });
  return {
    url: `redis://127.0.0.1:${at}`,
    port: at,
    pid: server.pid!,
    freeze: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    async kill() {
      server.kill('SIGKILL');
      await ended;
    },
  };
}

/** When the pieces of a run's text arrive at a subscriber, in milliseconds; ends with the run. */
export async function arrivals(
  client: Client,
  id: string,
  onArrival?: (count: number) => void,
): Promise<number[]> {
  const times: number[] = [];
  for await (const payload of client.subscribe(TASK_EVENTS, { id })) {
    if (data(payload).taskEvents.__typename !== 'TokensGenerated') continue;
    times.push(performance.now());
    onArrival?.(times.length);
  }
  return times;
}

export function longestGap(times: readonly number[]): number {
  return Math.max(...times.slice(1).map((at, index) => at - times[index]!));
}
