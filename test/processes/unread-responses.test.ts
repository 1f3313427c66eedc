import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { peakMemory } from '../harness/measure/peak-memory.ts';

/** Each of them asks for 15 MB, and reads nothing of it. */
const CLIENTS = 50;
const ANSWER_BYTES = 15_000_000;
/** 750 MB without a bound; with it 64 MB and what it takes to make answers. */
const MAX_GROWTH_MB = 300;

const deployment = fixture(startDeployment);

function request(id: string): string {
  const fields = Array.from({ length: 15 }, (_, index) => `a${index}: prompt`).join(' ');
  const body = JSON.stringify({ query: `{ task(id: "${id}") { ${fields} } }` });
  return `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${deployment.ann.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

test('answers that are not read have a bound together, and the others are answered', async () => {
  const id = await deployment.ann.createTask({ prompt: 'x'.repeat(ANSWER_BYTES / 15), hold: true });
  const { hostname, port } = new URL(deployment.api.url);
  const clients = Array.from({ length: CLIENTS }, () => connect(Number(port), hostname));
  const peak = await peakMemory(deployment.api, async () => {
    for (const client of clients) {
      client.on('error', () => {});
      client.write(request(id));
      // Its answer has begun; no more than this is read of it.
      await once(client, 'readable');
    }
  });
  expect(peak).toBeLessThan(MAX_GROWTH_MB);
  expect(await deployment.ann.task(id)).toMatchObject({ id });
  for (const client of clients) client.destroy();
}, 120_000);
