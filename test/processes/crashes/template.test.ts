import { expect, test } from 'vitest';
import { data, TASK_EVENTS, type TaskEvent } from '../../harness/client.ts';
import { startDeployment } from '../../harness/deployment.ts';
import { fixture } from '../../harness/fixture.ts';
import { createFolder } from '../../harness/folder.ts';
import type { Polyphony } from '../../harness/process.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { content, createTemplate, taskOf } from '../../templates/template.ts';

const vendor = fixture(startVendor);
const folder = fixture(createFolder, { stop: (folder) => folder.remove() });
const deployment = fixture(() =>
  startDeployment({ OPENAI_BASE_URL: `${vendor.url}/v1`, DATA_DIR: folder.path }),
);
const ann = fixture(() => deployment.ann);

const EVENTS = TASK_EVENTS.replace('__typename seq', '__typename ... on StepStarted { stepKey } seq');

/** Follows a task to its end, over the death of its worker in the middle of a step. */
async function followOverDeath(id: string, doomed: Polyphony, stepKey: string, heir: () => Promise<unknown>) {
  const events: TaskEvent[] = [];
  for await (const answer of ann.subscribe(EVENTS, { id })) {
    const event: TaskEvent = data(answer).taskEvents;
    if (event.seq > 0) events.push(event);
    if (event.stepKey !== stepKey) continue;
    await heir();
    // Its lock has to be older than a restart of Postgres could make it look.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    await doomed.kill();
  }
  return events;
}

/** Waits for its worker to be killed, and then not again. */
const slow = (isToDie: string) => ({
  key: 'slow',
  type: 'RUN_SCRIPT',
  script: `echo slow >>count; ${isToDie} && sleep 600; echo "$1"`,
  args: ['done'],
});
const KEPT = { key: 'kept', type: 'STORE_OUTPUT', name: 'count', path: 'count' };
const ONCE = { key: 'once', type: 'RUN_SCRIPT', script: 'echo once >>count' };
const PAID = { key: 'paid', type: 'GENERATE', model: 'gpt-4o@tokens=3', prompt: 'x' };

const ofType = (events: readonly TaskEvent[], type: string) =>
  events.filter(({ __typename }) => __typename === type);

const asked = () => vendor.requests.filter(({ path }) => path === '/v1/chat/completions').length;

test('kill -9 in the middle of a step: it is done again elsewhere, and those before it are not', async () => {
  const { name } = await createTemplate(ann, {
    steps: [PAID, ONCE, slow('[ $(grep -c slow count) = 1 ]'), KEPT],
  });
  const doomed = await deployment.startWorker();
  const before = asked();
  const id = await ann.createTask({ templateName: name });
  const events = await followOverDeath(id, doomed, 'slow', () => deployment.startWorker());
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', attempt: 1 });
  // The text of the finished step still counts, and no other was lost.
  expect(ofType(events, 'AttemptStarted')).toEqual([]);
  expect(ofType(events, 'RunResumed')).toHaveLength(1);
  expect(ofType(events, 'StepStarted')).toHaveLength(4);
  expect(ofType(events, 'StepCompleted')).toHaveLength(4);
  const { artifacts } = await taskOf(ann, id);
  expect(artifacts.map((artifact: { name: string }) => artifact.name)).toEqual([
    ...['once.log', 'slow.log', 'count'],
  ]);
  expect(await content(ann, deployment.api.url, artifacts[2])).toBe('once\nslow\nslow\n');
  expect(asked()).toBe(before + 1);
});

test('on another machine, what was in the working directory is made again', async () => {
  for (const worker of deployment.workers) await worker.stop();
  const elsewhere = await createFolder();
  const { name } = await createTemplate(ann, {
    steps: [PAID, ONCE, slow(`[[ $PWD = ${folder.path}/* ]]`), KEPT],
  });
  const doomed = await deployment.startWorker();
  const before = asked();
  const id = await ann.createTask({ templateName: name });
  const events = await followOverDeath(id, doomed, 'slow', () =>
    deployment.startWorker({ DATA_DIR: elsewhere.path }),
  );
  expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', attempt: 1 });
  const { artifacts } = await taskOf(ann, id);
  expect(await content(ann, deployment.api.url, artifacts[2])).toBe('once\nslow\n');
  expect(asked()).toBe(before + 1);
  for (const worker of deployment.workers) await worker.stop();
  await elsewhere.remove();
});
