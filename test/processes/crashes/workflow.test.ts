import { expect, test } from 'vitest';
import { startDeployment } from '../../harness/deployment.ts';
import { fixture } from '../../harness/fixture.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { createWorkflow, execute, execution, follow, tasksOf, types } from '../../workflows/workflows.ts';

const vendor = fixture(startVendor);
const deployment = fixture(() => startDeployment({ OPENAI_BASE_URL: `${vendor.url}/v1` }));
const ann = fixture(() => deployment.ann);

const quick = 'gpt-4o@tokens=3';
const slow = 'gpt-4o@tokens=150,itl=40';
const steps = [
  { key: 'first', model: quick, task: 'first' },
  ...['a', 'b', 'c'].map((key) => ({ key, model: slow, task: key, dependsOn: ['first'] })),
  {
    key: 'each',
    model: slow,
    task: 'item {{ item }}',
    forEach: 'input.list',
    maxConcurrency: 2,
    dependsOn: ['first'],
  },
  { key: 'last', model: quick, task: 'last', dependsOn: ['a', 'b', 'c', 'each'] },
];

/** How often the vendor was asked for each prompt. */
function asked(): Record<string, number> {
  const prompts = vendor.requests.map(({ body }) =>
    String((body as { messages: { content: string }[] }).messages[0]!.content),
  );
  return Object.fromEntries(
    Map.groupBy(prompts, (prompt) => prompt)
      .entries()
      .map(([prompt, all]) => [prompt, all.length]),
  );
}

test('kill -9 of the worker between parallel steps: all of it completes, and what was done is not done again', async () => {
  const doomed = await deployment.startWorker();
  const workflow = await createWorkflow(ann, steps);
  const id = await execute(ann, workflow, { input: { list: [1, 2, 3] } });
  const following = follow(ann, id);
  const before = vendor.stats().deltas;
  await vendor.waitFor(({ open, deltas }) => open === 5 && deltas > before + 50, 15_000);
  await doomed.kill();
  await deployment.startWorker();
  const events = await following;
  expect(types(events).at(-1)).toBe('RunCompleted');
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, place) => place));
  const done = await execution(ann, id);
  expect(done).toMatchObject({ status: 'COMPLETED', progress: 1 });
  expect(done.steps.map(({ attempt }: { attempt: number }) => attempt)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(await tasksOf(ann, id)).toHaveLength(8);
  expect(asked()).toMatchObject({ first: 1, last: 1, a: 2, b: 2, c: 2, 'item 3': 1 });
});

test('kill -9 again and again while an execution goes from step to step: each step is done once', async () => {
  const chain = Array.from({ length: 12 }, (_, place) => ({
    key: `s${place}`,
    model: 'gpt-4o@tokens=2,ttft=150',
    task: `link ${place}`,
    dependsOn: place === 0 ? [] : [`s${place - 1}`],
  }));
  const id = await execute(ann, await createWorkflow(ann, chain));
  const following = follow(ann, id);
  for (let kills = 0; kills < 3; kills += 1) {
    const asked = vendor.requests.length;
    await vendor.waitFor(() => vendor.requests.length >= asked + 2, 20_000);
    for (const worker of deployment.workers) await worker.kill();
    await deployment.startWorker();
  }
  expect(types(await following).at(-1)).toBe('RunCompleted');
  const tasks = await tasksOf(ann, id);
  expect(tasks.map(({ status }) => status)).toEqual(chain.map(() => 'COMPLETED'));
  const done = await execution(ann, id);
  expect(done.steps.map(({ attempt }: { attempt: number }) => attempt)).toEqual(chain.map(() => 1));
}, 90_000);
