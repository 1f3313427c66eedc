import { beforeEach, expect, test } from 'vitest';
import { data, rebuildText, TASK_EVENTS, type TaskEvent } from '../../harness/client.ts';
import { startDeployment } from '../../harness/deployment.ts';
import { fixture } from '../../harness/fixture.ts';
import { TIMED } from '../../harness/measure/timed.ts';
import { answerText, startVendor } from '../../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const deployment = fixture(() => startDeployment({ OPENAI_BASE_URL: `${vendor.url}/v1` }));
const ann = fixture(() => deployment.ann);

beforeEach(async () => {
  for (const worker of deployment.workers) await worker.stop();
});

interface Followed {
  event: TaskEvent;
  at: number;
}

/** Follows a run to its end, with the time at which each event came. */
async function follow(id: string): Promise<Followed[]> {
  const events: Followed[] = [];
  for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
    events.push({ event: data(payload).taskEvents, at: performance.now() });
  }
  return events.filter(({ event }) => event.seq > 0);
}

async function startRuns(count: number, model: string): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => ann.createTask({ prompt: 'x', model })));
}

/** What must be true of every run that lost its worker once. */
function expectWhole(followed: readonly Followed[], text: string): void {
  const events = followed.map(({ event }) => event);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.filter(({ __typename: type }) => type === 'AttemptStarted')).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', attempt: 2, result: { output: text } });
  expect(rebuildText(events)).toBe(text);
}

test(
  'kill -9 of a worker with 30 streams: all go on elsewhere within 2 s, and all complete',
  TIMED,
  async () => {
    const doomed = await deployment.startWorker();
    const before = vendor.stats().deltas;
    const ids = await startRuns(30, 'gpt-4o@tokens=450,itl=40');
    const following = Promise.all(ids.map(follow));
    await vendor.waitFor(({ open, deltas }) => open === 30 && deltas > before + 100, 10_000);
    await deployment.startWorker();
    // Its lock has to be older than a restart of Postgres could make it look.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    const killedAt = performance.now();
    await doomed.kill();
    for (const followed of await following) {
      expectWhole(followed, answerText(450));
      const resumed = followed.find(({ event }) => event.__typename === 'AttemptStarted')!;
      expect(resumed.at - killedAt).toBeLessThan(2_000);
    }
  },
);

test('a worker that was frozen for 20 s writes nothing when it wakes, and works again', async () => {
  const frozen = await deployment.startWorker();
  const before = vendor.stats().deltas;
  const ids = await startRuns(10, 'gpt-4o@tokens=100,itl=60');
  const following = Promise.all(ids.map(follow));
  await vendor.waitFor(({ deltas }) => deltas > before + 50, 10_000);
  process.kill(frozen.pid, 'SIGSTOP');
  const frozenAt = performance.now();
  const other = await deployment.startWorker();
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  process.kill(frozen.pid, 'SIGCONT');
  for (const followed of await following) {
    expectWhole(followed, answerText(100));
    const resumed = followed.find(({ event }) => event.__typename === 'AttemptStarted')!;
    expect(resumed.at - frozenAt).toBeLessThan(12_000);
  }
  await other.stop();
  const [id] = await startRuns(1, 'gpt-4o@tokens=5');
  expect((await follow(id!)).at(-1)!.event.__typename).toBe('RunCompleted');
}, 90_000);
