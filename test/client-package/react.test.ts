import { createElement, StrictMode } from 'react';
import { expect, test } from 'vitest';
import type { Polyphony } from '../../packages/client/src/index.ts';
import { PolyphonyProvider, useRun, useRuns, useText } from '../../packages/client/src/react/index.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { createWorkflow, execute } from '../workflows/workflows.ts';
import { polyphonyOf } from './client-package.ts';
import { startDom } from './dom.ts';

const server = fixture(() => startTestServer());
const ann = fixture(() => server.newUser());
const polyphony = fixture(() => polyphonyOf(server, ann), { stop: (one) => one.close() });
const dom = fixture(startDom);

/** Renders what a component returns, under StrictMode. */
async function render(Component: () => string, client: Polyphony = polyphony) {
  // Looks for a document when it is loaded.
  const { createRoot } = await import('react-dom/client');
  const root = createRoot(dom.root);
  const provided = createElement(PolyphonyProvider, { value: client }, createElement(Component));
  root.render(createElement(StrictMode, null, provided));
  const shown = () => dom.root.textContent ?? '';
  return {
    shown,
    until: (check: (shown: string) => boolean) => expect.poll(() => check(shown())).toBe(true),
    unmount: () => root.unmount(),
  };
}

/** A client that counts the subscriptions that are open. */
function counted(client: Polyphony) {
  const open = { count: 0, most: 0 };
  const follow = (name: 'followText' | 'followRun' | 'activity') =>
    async function* (...parameters: unknown[]) {
      open.count += 1;
      open.most = Math.max(open.most, open.count);
      try {
        yield* Reflect.apply(client[name], client, parameters);
      } finally {
        open.count -= 1;
      }
    };
  const wrapped = {
    ...client,
    followText: follow('followText'),
    followRun: follow('followRun'),
    activity: follow('activity'),
  };
  return { open, client: wrapped as unknown as Polyphony };
}

const output = async (id: string) =>
  (await ann.query('query ($id: ID!) { task(id: $id) { output } }', { id })).data.task.output;

test('given a component with useText under StrictMode, then it shows the output when the task is done', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=30,itl=5' });
  const page = await render(() => {
    const { text, isDone } = useText(id);
    return `${isDone ? 'done' : 'running'}:${text}`;
  });
  await page.until((shown) => shown.startsWith('done:'));
  expect(page.shown()).toBe(`done:${await output(id)}`);
  page.unmount();
});

test('given text that is already there, then useText continues it', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=5,itl=0' });
  await ann.events(id);
  const page = await render(() => {
    const { text, isDone } = useText(id, { text: 'It said: ' });
    return `${isDone ? 'done' : 'running'}:${text}`;
  });
  await page.until((shown) => shown.startsWith('done:'));
  expect(page.shown()).toBe(`done:It said: ${await output(id)}`);
  page.unmount();
});

test('given a component with useRun, then it shows the state of the run up to its end', async () => {
  const id = await ann.createTask({ prompt: 'x', hold: true });
  const page = await render(() => {
    const { run, event } = useRun(id);
    return `${run?.status} ${event?.__typename}`;
  });
  await page.until((shown) => shown.startsWith('PENDING'));
  await ann.query('mutation ($id: ID!) { executeTask(input: { id: $id }) { task { id } } }', { id });
  await page.until((shown) => shown === 'COMPLETED RunCompleted');
  page.unmount();
});

test('given a component with useRuns, then it shows new runs, and their new states, the newest first', async () => {
  const page = await render(() => {
    const { runs, isLoading } = useRuns({ first: 2 });
    return isLoading ? 'loading' : runs.map(({ id, status }) => `${id}=${status}`).join(' ');
  });
  await page.until((shown) => shown !== 'loading');
  const first = await ann.createTask({ prompt: 'x', model: 'demo@tokens=2,itl=0' });
  await page.until((shown) => shown.startsWith(`${first}=COMPLETED`));
  const second = await ann.createTask({ prompt: 'x', hold: true });
  await page.until((shown) => shown === `${second}=PENDING ${first}=COMPLETED`);
  const third = await ann.createTask({ prompt: 'x', hold: true });
  await page.until((shown) => shown === `${third}=PENDING ${second}=PENDING`);
  await ann.query('mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedId } }', { id: second });
  await page.until((shown) => shown === `${third}=PENDING ${first}=COMPLETED`);
  const workflow = await createWorkflow(ann, [{ key: 'a', task: 'x', model: 'demo@tokens=1,itl=0' }]);
  const execution = await execute(ann, workflow);
  // Its task, which comes later, is a part of it.
  await page.until((shown) => shown === `${execution}=COMPLETED ${third}=PENDING`);
  page.unmount();
});

test('given an unmounted component, then nothing is followed any more', async () => {
  const id = await ann.createTask({ prompt: 'x', hold: true });
  const { open, client } = counted(polyphony);
  const page = await render(
    () => `${useText(id).text}${useRun(id).run?.status}${useRuns().runs.length}`,
    client,
  );
  await page.until((shown) => shown.includes('PENDING'));
  await expect.poll(() => open.count).toBe(3);
  page.unmount();
  await expect.poll(() => open.count).toBe(0);
});

test('given a run that does not exist, then the hook has the error', async () => {
  const page = await render(() => `${(useRun('none').error as { code?: string } | null)?.code}`);
  await page.until((shown) => shown === 'NOT_FOUND');
  page.unmount();
});
