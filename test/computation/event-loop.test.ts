import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStage, type Stage } from '../harness/stage.ts';
import { freePort } from '../harness/free-port.ts';
import { ATTACKS, type Attack } from './attacks.ts';

let stage: Stage;
let stalls: string;

beforeAll(async () => {
  const port = await freePort();
  stalls = `http://127.0.0.1:${port}`;
  const fixture = new URL('../fixtures/busiest-turn.ts', import.meta.url).href;
  const variables = { NODE_OPTIONS: `--import ${fixture}`, STALLS_PORT: String(port), RATE_LIMIT_FACTOR: '1000' };
  stage = await openStage({}, variables);
  for (let round = 0; round < 3; round += 1) await send({ name: '', query: '{ __typename }', variables: {} });
});
afterAll(() => stage?.close());

async function send({ query, variables }: Attack): Promise<{ status: number; text: string }> {
  const response = await fetch(`${stage.api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${stage.ann.token}` },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, text: await response.text() };
}

async function busiestTurn(): Promise<number> {
  const { busiest } = (await (await fetch(stalls)).json()) as { busiest: number };
  return busiest;
}

test.each(ATTACKS)('$name', async (attack) => {
  await send(attack);
  await busiestTurn();
  const t = performance.now();
  const { status, text } = await send(attack);
  console.log(attack.name, status, JSON.stringify(attack.variables).length, 'busiest', await busiestTurn(), Math.round(performance.now() - t), text.length, text.slice(0, 150));
});
