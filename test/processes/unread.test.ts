import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { peakMemory } from '../harness/measure/peak-memory.ts';
import { openStage, type Stage } from '../harness/stage.ts';

/** Each of them asks for 15 MB, and reads nothing of it. */
const CLIENTS = 50;
const ANSWER_BYTES = 15_000_000;
/** 750 MB without a bound; with it 64 MB and what it takes to make answers. */
const MAX_GROWTH_MB = 300;

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

function request(id: string): string {
  const fields = Array.from({ length: 15 }, (_, index) => `a${index}: prompt`).join(' ');
  const body = JSON.stringify({ query: `{ task(id: "${id}") { ${fields} } }` });
  return `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${stage.ann.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

test('answers that are not read have a bound together, and the others are answered', async () => {
  const id = await stage.ann.createTask({ prompt: 'x'.repeat(ANSWER_BYTES / 15), hold: true });
  const { hostname, port } = new URL(stage.api.url);
  const clients = Array.from({ length: CLIENTS }, () => connect(Number(port), hostname));
  const peak = await peakMemory(stage.api, async () => {
    for (const client of clients) {
      client.on('error', () => {});
      client.write(request(id));
      // Its answer has begun; no more than this is read of it.
      await once(client, 'readable');
    }
  });
  expect(peak).toBeLessThan(MAX_GROWTH_MB);
  expect(await stage.ann.task(id)).toMatchObject({ id });
  for (const client of clients) client.destroy();
}, 120_000);
