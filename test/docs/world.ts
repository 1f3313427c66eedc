import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Client, data } from '../harness/client.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { scriptPair } from '../orchestrations/orchestra.ts';

export interface Message {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server with an OpenAI and an Ollama, both played, and what the examples of the pages need. */
export interface World {
  server: TestServer;
  admin: Client;
  /** Where webhooks are sent. */
  receiverUrl: string;
  /** What was sent there. */
  messages: readonly Message[];
  /** Two models, of which one answers thrice, the second scores 4, 7.5 and 9. */
  scriptOrchestration(): { author: string; evaluator: string };
  stop(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const vendor = await startVendor();
  const messages: Message[] = [];
  const receiver = createServer(async (request, response) => {
    messages.push({ headers: request.headers, body: await text(request) });
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, '127.0.0.1', resolve);
  });
  const server = await startTestServer({
    embedded: true,
    variables: {
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      OLLAMA_HOST: vendor.url,
      OUTBOUND_ALLOW: '127.0.0.1',
    },
  });
  const admin = await server.localAdmin();
  return {
    server,
    admin,
    messages,
    receiverUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/polyphony`,
    scriptOrchestration() {
      const answers = ['Because.', 'Air scatters blue light.', 'Air scatters blue light more than red.'];
      const verdicts = [4, 7.5, 9].map((score) => JSON.stringify({ score, feedback: 'Explain more.' }));
      return scriptPair(vendor, answers, verdicts);
    },
    async stop() {
      await server.stop();
      await vendor.stop();
      receiver.close();
    },
  };
}

/** The one object of a mutation's answer, whatever its name. */
export async function create(client: Client, mutation: string, variables: Record<string, unknown> = {}) {
  const [payload] = Object.values(data(await client.query(mutation, variables)));
  return payload as Shape;
}

// biome-ignore lint/suspicious/noExplicitAny: payloads have any shape
type Shape = any;
