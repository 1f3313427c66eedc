import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Polyphony } from '../process.ts';

/** Variables of a process that can be asked for its memory. */
export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

/** Text that waits in a socket is in no heap: it is counted by its length. */
const held = `() => {
  const { heapUsed, external } = process.memoryUsage();
  const waiting = process._getActiveHandles().map(({ writableLength = 0 }) => writableLength);
  return waiting.reduce((sum, length) => sum + length, heapUsed + external);
}`;

/** What a process holds, in megabytes, garbage and the kernel's buffers not counted. */
export async function memoryHeld({ output }: Polyphony): Promise<number> {
  const socket = new WebSocket(/Debugger listening on (ws:\S+)/.exec(output())![1]!);
  await once(socket, 'open');
  let id = 0;
  async function ask(method: string, params = {}): Promise<{ result?: { value: number } }> {
    socket.send(JSON.stringify({ id: ++id, method, params }));
    for (;;) {
      const [message] = await once(socket, 'message');
      const answer = JSON.parse(String(message));
      if (answer.id === id) return answer.result;
    }
  }
  await ask('HeapProfiler.enable');
  await ask('HeapProfiler.collectGarbage');
  const { result } = await ask('Runtime.evaluate', { expression: `(${held})() / 2 ** 20` });
  socket.terminate();
  return result!.value;
}
