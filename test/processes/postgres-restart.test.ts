import { beforeAll, expect, test } from 'vitest';
import { openWorkbench } from '../embedded-postgres/workbench.ts';
import { data, rebuildText, TASK_EVENTS, type TaskEvent } from '../harness/client.ts';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';

/** A Postgres of this test's own, which is restarted when it dies; API and worker are processes apart. */
const bench = fixture(openWorkbench, { stop: (bench) => bench.close() });
const vendor = fixture(startVendor);
const deployment = fixture(async () => {
  const { url } = await bench.start();
  return startDeployment({ DATABASE_URL: url, OPENAI_BASE_URL: `${vendor.url}/v1` });
});
const ann = fixture(() => deployment.ann);
beforeAll(async () => {
  await deployment.startWorker();
  await deployment.startWorker();
});

test('Postgres dies in the middle of 20 streams: none is taken from its worker, all complete, the API lives on', async () => {
  const model = 'gpt-4o@tokens=250,itl=20';
  const ids = await Promise.all(Array.from({ length: 20 }, () => ann.createTask({ prompt: 'x', model })));
  const followers = ids.map((id) => ann.subscribe(TASK_EVENTS, { id }));
  for (const follower of followers) await follower.next();
  const { deltas, total } = vendor.stats();
  await vendor.waitFor((stats) => stats.deltas > deltas + 500, 10_000);
  process.kill(await bench.postmasterPid(), 'SIGKILL');
  for (const follower of followers) {
    const facts: TaskEvent[] = [];
    for await (const payload of follower) facts.push(data(payload).taskEvents);
    expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, index) => index + 1));
    expect(facts.at(-1)).toMatchObject({
      __typename: 'RunCompleted',
      attempt: 1,
      result: { output: answerText(250) },
    });
    expect(rebuildText(facts)).toBe(answerText(250));
  }
  expect(vendor.stats().total).toBe(total);
  const later = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=3' });
  expect((await ann.events(later)).at(-1)?.__typename).toBe('RunCompleted');
});
