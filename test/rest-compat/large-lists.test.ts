import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

/** Lists of the dialects have up to 1,000 rows: pages of 100 that are each small enough. */
const TASKS = 300;

let session: string;

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  const made = await ann.query('mutation { createSession(input: { name: "s" }) { session { id } } }');
  session = data(made).createSession.session.id;
  const aliases = Array.from({ length: 30 }, (_, n) => `a${n}: createTask(input: $input) { task { id } }`);
  const query = `mutation ($input: CreateTaskInput!) { ${aliases.join(' ')} }`;
  for (let count = 0; count < TASKS; count += aliases.length) {
    data(await ann.query(query, { input: { prompt: 'x', hold: true, sessionId: session } }));
  }
});

async function lengthen(characters: number): Promise<void> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  await client.query(`update task set prompt = repeat('x', ${characters})`);
  await client.end();
}

async function list(path: string) {
  const headers = { authorization: `Bearer ${ann.token}` };
  const response = await fetch(`${server.url}${path}`, { headers });
  return { status: response.status, body: await response.json() };
}

const sessionTasks = () => `/mini-devin/api/sessions/${atob(session).split(':').at(-1)}/tasks`;

describe.each([
  ['30 MB, which is too long an answer', 100_000],
  ['60 MB, which is too much to read', 200_000],
])('a list of %s', (_what, characters) => {
  beforeAll(() => lengthen(characters));

  test('is refused in the shape of the dialect', async () => {
    const { status, body } = await list(sessionTasks());
    expect({ status, body }).toEqual({
      status: 413,
      body: {
        detail: expect.stringContaining('the response would be too large; request fewer rows'),
        code: 'PAYLOAD_TOO_LARGE',
        timestamp: expect.any(String),
      },
    });
  });

  test('a part of it is answered', async () => {
    const { status, body } = await list(`${sessionTasks()}?limit=20`);
    expect(status).toBe(200);
    expect(body).toHaveLength(20);
  });
});
