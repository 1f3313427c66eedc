import { beforeAll, expect, test } from 'vitest';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { freePort } from '../harness/free-port.ts';
import { TIMED } from '../harness/measure/timed.ts';
import { ATTACKS, type Attack, DIALECT_ATTACKS, textOf } from './attacks.ts';
import { CARRIED, type Carried } from './carried-attacks.ts';

/** For a process to start on a machine that is busy. */
const STARTING_MS = 180_000;

const program = new URL('./busiest-turn.ts', import.meta.url).href;
let port: number;

beforeAll(async () => {
  port = await freePort();
});
const deployment = fixture(
  () =>
    startDeployment(
      {},
      {
        NODE_OPTIONS: `--import ${program}`,
        STALLS_PORT: String(port),
        RATE_LIMIT_FACTOR: '1000',
      },
    ),
  { timeoutMs: STARTING_MS },
);
beforeAll(async () => {
  for (let round = 0; round < 3; round += 1) await send({ name: '', query: '{ __typename }', variables: {} });
}, STARTING_MS);

async function send({ query, variables }: Attack): Promise<{ status: number; text: string }> {
  const response = await fetch(`${deployment.api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${deployment.ann.token}` },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, text: await response.text() };
}

async function busiestTurn(): Promise<number> {
  const { busiest } = (await (await fetch(`http://127.0.0.1:${port}`)).json()) as { busiest: number };
  return busiest;
}

/** Milliseconds of CPU time: the limit is 50, which a slow machine makes twice as long. */
const LONGEST_TURN = 100;

test.each(ATTACKS)('$name', TIMED, async (attack) => {
  // What a process does for the first time, it compiles.
  await send(attack);
  await busiestTurn();
  const { status, text } = await send(attack);
  expect(await busiestTurn()).toBeLessThan(LONGEST_TURN);
  expect([200, 413]).toContain(status);
  expect(text.length).toBeLessThan(100_000);
});

test.each(DIALECT_ATTACKS)('of a dialect: $name', TIMED, async (attack) => {
  const ask = async () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${deployment.ann.token}` };
    const response = await fetch(`${deployment.api.url}${attack.path}`, {
      method: 'POST',
      headers,
      body: textOf(attack),
    });
    return { status: response.status, text: await response.text() };
  };
  await ask();
  await busiestTurn();
  const { status, text } = await ask();
  expect(await busiestTurn()).toBeLessThan(LONGEST_TURN);
  expect(text.length).toBeLessThan(100_000);
  if (status === 200) expect(JSON.parse(text)).not.toHaveProperty('detail');
  else expect(JSON.parse(text)).toMatchObject({ detail: expect.any(String) });
  expect([200, 400, 413, 422]).toContain(status);
});

test.each(CARRIED)('$name', TIMED, async ({ send: attack, answer }: Carried) => {
  await attack(deployment);
  await busiestTurn();
  const text = await attack(deployment);
  expect(await busiestTurn()).toBeLessThan(LONGEST_TURN);
  expect(text).toMatch(answer);
  expect(text.length).toBeLessThan(100_000);
});
