import { expect, test } from 'vitest';
import { data, rebuildText, TASK_EVENTS } from '../harness/client.ts';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { startPooler } from '../harness/pooler.ts';
import { createDatabase } from '../harness/server.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const database = fixture(async () => {
  const { url, drop } = await createDatabase();
  return { url, stop: drop };
});
/** Fewer connections than statements at a time, so that each connection serves many clients. */
const pooler = fixture(() => startPooler(database.url, 4));
const deployment = fixture(() =>
  startDeployment({
    DATABASE_URL: pooler.url,
    DATABASE_DIRECT_URL: database.url,
    DATABASE_PREPARE: 'off',
    OPENAI_BASE_URL: `${vendor.url}/v1`,
  }),
);
const ann = fixture(() => deployment.ann);

test('through a transaction pooler, 40 runs at a time are created, followed and completed', async () => {
  await deployment.startWorker();
  const runs = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=50,itl=1' });
      return ann.events(id);
    }),
  );
  for (const events of runs) expect(rebuildText(events)).toBe(answerText(50));
});

test('given a worker that is killed, then the next one continues its run, because locks use direct connections', async () => {
  const [worker] = deployment.workers;
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=100,itl=20' });
  for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') break;
  }
  await worker!.kill();
  await deployment.startWorker();
  expect(rebuildText(await ann.events(id))).toBe(answerText(100));
});
