import { expect, test } from 'vitest';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { actorOf, WHO } from '../harness/vendor/behaviours/actors.ts';
import type { Api } from '../harness/vendor/behaviours/behaviour.ts';
import { startVendor } from '../harness/vendor/server.ts';

/** A model of each API's provider. */
const MODELS: Readonly<Record<Api, string>> = {
  chat: 'openai/gpt-4o',
  responses: 'openai/o3',
  messages: 'anthropic/claude-sonnet-5-5',
  ollama: 'ollama/llama3.2:latest',
};

const ROWS = WHO.flatMap((who) => {
  const { speaks, does } = actorOf(who);
  return Object.entries(does).flatMap(([given, { makes }]) => (makes ? [{ who, given, speaks, makes }] : []));
});

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: {
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      ANTHROPIC_BASE_URL: vendor.url,
      OLLAMA_HOST: vendor.url,
    },
  }),
);
const ann = fixture(() => server.newUser());

test.each(ROWS)('what becomes of a task when a vendor does as $who: $given', async (row) => {
  const { who, given, speaks, makes } = row;
  const times = makes.times === undefined ? '' : `,times=${makes.times}`;
  const model = `${MODELS[speaks]}@as=${who},does=${given}${times}`;
  const id = await ann.createTask({ prompt: 'What is there?', model, ...makes.input });
  await ann.events(id);
  expect(await ann.task(id)).toMatchObject(makes.task);
});
