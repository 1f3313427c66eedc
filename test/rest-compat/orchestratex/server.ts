import { expect } from 'vitest';
import { startTestServer, type TestServer, type TestServerOptions } from '../../harness/server.ts';
import { startVendor, type Vendor } from '../../harness/vendor/server.ts';
import { scriptPair } from '../../orchestrations/orchestra.ts';
import { createLegacyClient, type LegacyAnswer, type LegacyClient } from '../clients/legacy-client.ts';

export { verdict } from '../../orchestrations/orchestra.ts';

/** As the document shows it. */
export const ID = /^[0-9a-f]{24}$/;
export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/;

/** A server for clients as the document has them: they bring no credentials. */
export interface OrchestrateX {
  server: TestServer;
  vendor: Vendor;
  /** Of the mount. */
  url: string;
  ask: LegacyClient;
  /** The answer of a fresh session. */
  session(fields?: object): Promise<LegacyAnswer['body']>;
  /** The id of a fresh thread, in a fresh session unless one is named. */
  thread(fields?: object): Promise<string>;
  /** An orchestration as it is when it has ended. */
  ended(id: string): Promise<LegacyAnswer['body']>;
  /** Settings of an orchestration whose models say just this. */
  script(answers: string[], verdicts: string[]): { preferred_models: string[] };
  stop(): Promise<void>;
}

export async function startOrchestrateX({
  variables,
  ...options
}: TestServerOptions = {}): Promise<OrchestrateX> {
  const vendor = await startVendor();
  const server = await startTestServer({
    variables: {
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      ANTHROPIC_BASE_URL: vendor.url,
      COMPAT_ANONYMOUS: 'orchestratex',
      ...variables,
    },
    ...options,
  });
  const url = `${server.url}/orchestratex`;
  const ask = createLegacyClient(url);
  const session = async (fields: object = {}) =>
    good(await ask('POST', '/api/sessions/', { user_id: 'test_user_123', ...fields }), 201);
  return {
    server,
    vendor,
    url,
    ask,
    session,
    async thread(fields = {}) {
      const session_id = 'session_id' in fields ? null : (await session())._id;
      const body = { session_id, original_prompt: 'Write a Python function', ...fields };
      return good(await ask('POST', '/api/threads/', body))._id;
    },
    async ended(id) {
      const isOver = ({ completed_at }: LegacyAnswer['body']) => completed_at !== null;
      await expect
        .poll(async () => isOver(good(await ask('GET', `/api/orchestration/status/${id}`))), {
          timeout: 10_000,
        })
        .toBe(true);
      return good(await ask('GET', `/api/orchestration/status/${id}`));
    },
    script(answers, verdicts) {
      const { author, evaluator } = scriptPair(vendor, answers, verdicts);
      return { preferred_models: [author, evaluator] };
    },
    async stop() {
      await server.stop();
      await vendor.stop();
    },
  };
}

/** The body of an answer that has this status. */
export function good({ status, body }: LegacyAnswer, expected = 200): LegacyAnswer['body'] {
  expect({ status, body }).toEqual({ status: expected, body: expect.anything() });
  return body;
}
