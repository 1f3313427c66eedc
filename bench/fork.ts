import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What a process of the bench can be told to do; defined by the file that it runs. */
export type Commands = Record<string, (input: never) => unknown>;

export interface Forked<Known extends Commands> {
  pid: number;
  call<Name extends keyof Known & string>(
    name: Name,
    input: Parameters<Known[Name]>[0],
  ): Promise<Awaited<ReturnType<Known[Name]>>>;
  stop(): Promise<void>;
}

interface Order {
  id: number;
  name: string;
  input: unknown;
}
type Outcome = { id: number; result: unknown } | { id: number; failure: string };

/** Runs a file of processes/ as a process of its own, so that its CPU is nobody else's. */
export function forkProcess<Known extends Commands>(file: string): Forked<Known> {
  const child = fork(new URL(`./processes/${file}`, import.meta.url), { serialization: 'advanced' });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let calls = 0;
  child.on('message', (outcome: Outcome) => settle(waiting, outcome));
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended with ${code ?? signal}`));
  });
  return {
    pid: child.pid!,
    call(name, input) {
      const call = Promise.withResolvers<unknown>();
      calls += 1;
      waiting.set(calls, call);
      child.send({ id: calls, name, input } satisfies Order);
      return call.promise as never;
    },
    stop: () => end(child),
  };
}

function settle(waiting: Map<number, PromiseWithResolvers<unknown>>, outcome: Outcome): void {
  const call = waiting.get(outcome.id);
  waiting.delete(outcome.id);
  if ('failure' in outcome) call?.reject(new Error(outcome.failure));
  else call?.resolve(outcome.result);
}

/** Nothing that these processes hold is worth a graceful end. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** The other side: answers orders until its parent goes away. */
export function serveCommands(commands: Commands): void {
  process.on('message', async ({ id, name, input }: Order) => {
    try {
      process.send!({ id, result: await commands[name]!(input as never) } satisfies Outcome);
    } catch (error) {
      process.send!({ id, failure: (error as Error).stack ?? String(error) } satisfies Outcome);
    }
  });
  process.on('disconnect', () => process.exit());
}
