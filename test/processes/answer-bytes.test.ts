import pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { data, errorCode } from '../harness/client.ts';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { peakMemory } from '../harness/measure/peak-memory.ts';
import { ask, TRANSPORTS } from '../http/transports.ts';

/** A document of 1.8 KB asks for 30 times 100 prompts of 150 KB: 450 MB. */
const PROMPT_BYTES = 150_000;
const TASKS = 100;
const HEAP_MB = 256;
/** An answer's 16 MB may be held several times over, as rows, text and bytes; 450 MB may not. */
const MAX_GROWTH_MB = 260;

let credentials: { authorization: string };
let taskId: string;

const deployment = fixture(() => startDeployment({}, { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` }));
beforeAll(async () => {
  credentials = { authorization: `Bearer ${deployment.ann.token}` };
  for (let made = 0; made < TASKS; made += 25) {
    const creations = many(25, (index) => `a${index}: createTask(input: $input) { task { id } }`);
    const answer = data(
      await deployment.ann.query(`mutation ($input: CreateTaskInput!) { ${creations} }`, {
        input: { prompt: 'x', hold: true },
      }),
    );
    taskId = answer.a0.task.id;
  }
  await write(`update task set prompt = repeat('x', ${PROMPT_BYTES})`);
});

async function write(statement: string, values: unknown[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: deployment.databaseUrl });
  await client.connect();
  await client.query(statement, values);
  await client.end();
}

function many(count: number, item: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => item(index)).join(' ');
}

const PAGES = `{ ${many(15, (index) => `a${index}: tasks(first: 100) { nodes { prompt } }`)} }`;

test.each(TRANSPORTS)(
  'over %s, pages that are too large together are refused before they are in memory',
  async (transport) => {
    const peak = await peakMemory(deployment.api, async () => {
      const answer = await ask(transport, deployment.api.url, credentials, PAGES);
      expect(errorCode(answer)).toBe('PAYLOAD_TOO_LARGE');
      expect(answer.data ?? null).toBeNull();
      expect(answer.errors![0]!.message).toMatch(/request fewer rows/);
    });
    expect(peak).toBeLessThan(MAX_GROWTH_MB);
  },
);

test('a page that is not too large is answered', async () => {
  const answer = data(await deployment.ann.query('{ tasks(first: 100) { nodes { prompt } } }'));
  expect(answer.tasks.nodes.map(({ prompt }: { prompt: string }) => prompt.length)).toEqual(
    Array(TASKS).fill(PROMPT_BYTES),
  );
});

test('one long text that is shown many times is refused, too', async () => {
  await write(`update task set prompt = repeat('x', 1000000) where id = $1`, [
    Buffer.from(taskId, 'base64url').toString().split(':')[1] ?? taskId,
  ]);
  const answer = await deployment.ann.query(
    `{ task(id: "${taskId}") { ${many(30, (index) => `a${index}: prompt`)} } }`,
  );
  expect(errorCode(answer)).toBe('PAYLOAD_TOO_LARGE');
});

test('many such documents at once leave the process alive', async () => {
  const asked = Array.from({ length: 12 }, () => deployment.ann.query(PAGES));
  const peak = await peakMemory(deployment.api, async () => {
    const codes = (await Promise.all(asked)).map(errorCode);
    // Each is too large by itself, and all are too many for one account at a time.
    for (const code of codes) expect(['PAYLOAD_TOO_LARGE', 'RATE_LIMITED']).toContain(code);
  });
  expect(peak).toBeLessThan(2 * MAX_GROWTH_MB);
  expect((await fetch(`${deployment.api.url}/health`)).status).toBe(200);
});
