import type { Log } from '../../src/log.ts';
import { createClient, data } from '../harness/client.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { TYPES_WITH_IDS } from './walk.ts';

/** The account of an administrator with one of everything that can be made without a worker. */
export interface Account {
  server: TestServer;
  credentials: Record<string, string>;
  /** Global ids by type; of what only a worker makes, well-formed ids that name nothing. */
  own: Record<string, string>;
}

const MUTATIONS = {
  Session: 'createSession(input: { name: "s" }) { made: session { id } }',
  Thread: 'createThread(input: { title: "t" }) { made: thread { id } }',
  Task: 'createTask(input: { prompt: "x", hold: true }) { made: task { id } }',
  Agent: 'createAgent(input: { name: "a" }) { made: agent { id } }',
  Template: `createTemplate(input: { name: "own", steps: [{ generate: { key: "a", prompt: "x" } }], parameters: [
    { name: "number", type: INTEGER }, { name: "word", type: STRING, allowed: ["a"] }, { name: "list", type: LIST }] })
    { made: template { id } }`,
  Workflow:
    'createWorkflow(input: { name: "w", steps: [{ key: "a", name: "a", task: "x" }] }) { made: workflow { id } }',
  Integration:
    'createIntegration(input: { platform: WEBHOOK, url: "https://example.com/hook" }) { made: integration { id } }',
  Model: 'createModel(input: { provider: OPENAI, modelId: "own" }) { made: model { id } }',
} as const;

type Made = keyof typeof MUTATIONS;

const NO_ULID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

export async function openAccount(log: Log): Promise<Account> {
  const server = await startTestServer({ worker: false, log });
  // The first account is an administrator, whose calls are not refused before their input is read.
  const client = await server.newUser();
  const nothing = [...TYPES_WITH_IDS, 'Delivery'].map((type) => [
    type,
    Buffer.from(`${type}:${NO_ULID}`).toString('base64url'),
  ]);
  const own: Record<string, string> = Object.fromEntries(nothing);
  const credentials = { authorization: `Bearer ${client.token}` };
  return {
    server,
    credentials,
    own: { ...own, ...(await make({ server, credentials }, Object.keys(MUTATIONS) as Made[])) },
  };
}

/** @returns global ids by type. */
export async function make<Type extends Made>(
  { server, credentials }: Omit<Account, 'own'>,
  types: readonly Type[],
): Promise<Record<Type, string>> {
  const client = createClient(server.url, credentials);
  const made: Partial<Record<Type, string>> = {};
  for (const type of types) {
    const answer = data(await client.query(`mutation { payload: ${MUTATIONS[type]} }`));
    made[type] = answer.payload.made.id;
  }
  return made as Record<Type, string>;
}
