import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Who } from './behaviours/actors.ts';
import type { Memory } from './chat.ts';
import { handle } from './exchange.ts';
import { ollamaModels } from './ollama.ts';
import type { VendorRequest } from './requests.ts';
import { createStatistics, type Predicate, type VendorStats } from './statistics.ts';

export type { ScriptedAnswer, ScriptedToolCall } from './answer.ts';
export { answerText, answerTokens, countTokens, reasoningText } from './answer.ts';
export type { VendorRequest } from './requests.ts';
export type { VendorStats } from './statistics.ts';

/** The far side of the network: a server that speaks the vendors' wire formats, faults included. */
export interface Vendor {
  /** Without a path: OpenAI's base URL is `${url}/v1`, the others' is this one. */
  readonly url: string;
  stats(): VendorStats;
  /** The last requests with a body, for answers above all, oldest first. */
  readonly requests: readonly VendorRequest[];
  /** What it has as Ollama, by name. */
  readonly ollamaModels: Memory['ollamaModels'];
  /** Answers by model name as requested, settings included; each request takes the next one. */
  readonly scripts: Memory['scripts'];
  /** Resolves once the statistics satisfy the predicate; rejects after `timeoutMs`. */
  waitFor(predicate: Predicate, timeoutMs: number): Promise<void>;
  /** Closes every connection, streaming ones too. */
  stop(): Promise<void>;
}

interface VendorOptions {
  readonly port?: number;
  /** Whom it plays; a model's settings may name another. Default: the API as it is documented. */
  readonly as?: Who;
}

/** Listens on the loopback interface, on a free port unless one is given. */
export async function startVendor({ port = 0, as }: VendorOptions = {}): Promise<Vendor> {
  const memory: Memory = {
    as,
    scripts: new Map(),
    attempts: new Map(),
    pulled: new Set(),
    ollamaModels: ollamaModels(),
    statistics: createStatistics(),
    cache: new Set(),
  };
  const requests: VendorRequest[] = [];
  let sequence = 0;
  const server = createServer((incoming, response) => {
    sequence += 1;
    void handle({ memory, requests }, sequence, incoming, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    stats: memory.statistics.now,
    requests,
    scripts: memory.scripts,
    ollamaModels: memory.ollamaModels,
    waitFor: memory.statistics.waitFor,
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
