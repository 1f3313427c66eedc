import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkbench, type Workbench } from '../fixtures/embedded-postgres.ts';
import {
  type Client,
  createClient,
  data,
  rebuildText,
  TASK_EVENTS,
  type TaskEvent,
} from '../harness/client.ts';
import { launch, type Polyphony } from '../harness/process.ts';
import { answerText, startVendor, type Vendor } from '../vendor/server.ts';

/** A Postgres of this test's own, which is restarted when it dies; API and worker are processes apart. */
let bench: Workbench;
let vendor: Vendor;
let processes: Polyphony[] = [];
let ann: Client;

beforeAll(async () => {
  [bench, vendor] = [await openWorkbench(), await startVendor()];
  const { url } = await bench.start();
  const variables = {
    DATABASE_URL: url,
    JWT_SECRET: 'a secret of the tests, long enough',
    OPENAI_BASE_URL: `${vendor.url}/v1`,
  };
  const api = await launch('start:api', variables);
  processes = [api, await launch('start:worker', variables), await launch('start:worker', variables)];
  ann = await createClient(api.url).register({ email: 'a@b.c', password: 'a good password', name: 'Ann' });
}, 60_000);
afterAll(async () => {
  await Promise.all(processes.map((each) => each.stop()));
  await bench?.close();
  await vendor?.stop();
}, 60_000);

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
}, 60_000);
