import type { Log } from '../../src/log.ts';
import { data } from '../harness/client.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { TYPES_WITH_IDS } from './walk.ts';

/** One account with the things that its calls name, and no worker: less than the two worlds of the sweep. */
export interface Account {
  server: TestServer;
  credentials: Record<string, string>;
  /** Global ids by type; of what only a worker makes, ids of the right form that name nothing. */
  own: Record<string, string>;
}

const MADE: Record<string, string> = {
  Session: 'createSession(input: { name: "s" }) { made: session { id } }',
  Thread: 'createThread(input: { title: "t" }) { made: thread { id } }',
  Task: 'createTask(input: { prompt: "x", hold: true }) { made: task { id } }',
  Agent: 'createAgent(input: { name: "a" }) { made: agent { id } }',
  Template:
    'createTemplate(input: { name: "own", parameters: [], steps: [{ id: "a", type: GENERATE, prompt: "x" }] }) { made: template { id } }',
  Workflow:
    'createWorkflow(input: { name: "w", steps: [{ id: "a", name: "a", task: "x" }] }) { made: workflow { id } }',
  Integration:
    'createIntegration(input: { platform: WEBHOOK, url: "https://example.com/hook" }) { made: integration { id } }',
  Model: 'createModel(input: { provider: OPENAI, modelId: "own" }) { made: model { id } }',
};

const NO_ULID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

export async function openAccount(log: Log): Promise<Account> {
  const server = await startTestServer({ worker: false, log });
  await server.newUser();
  const client = await server.newUser();
  const nothing = [...TYPES_WITH_IDS, 'Delivery'].map((type) => [
    type,
    Buffer.from(`${type}:${NO_ULID}`).toString('base64url'),
  ]);
  const own: Record<string, string> = Object.fromEntries(nothing);
  for (const [type, field] of Object.entries(MADE)) {
    const answer = data(await client.query(`mutation { payload: ${field} }`));
    own[type] = answer.payload.made.id;
  }
  return { server, credentials: { authorization: `Bearer ${client.token}` }, own };
}
