import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runDueWorkflow } from '../../src/store/workflows/run-due-workflow.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { createWorkflow, execution, follow } from './workflows.ts';

const server = fixture(startTestServer);
const ann = fixture(() => server.newUser());

const steps = [{ key: 'a', model: 'demo@tokens=1,itl=0', task: '{{ input.x }}' }];
const monthly = { cron: '0 0 1 * *', timeZone: 'UTC', input: { x: 'of the schedule' } };

const localOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;

/** Lets its next tick have come some time ago, as if nobody had been there. */
async function advanceClock(id: string, interval: string): Promise<void> {
  await server.store.database.pool.query(
    `with due as (
       update workflow set next_run_at = date_trunc('minute', clock_timestamp()) - $2::interval where id = $1
       returning id, next_run_at
     )
     select graphile_worker.add_job('keep-schedule', json_build_object('workflowId', id), run_at => next_run_at,
       job_key => 'schedule:' || id) from due`,
    [localOf(id), interval],
  );
}

interface Scheduled {
  id: string;
  trigger: string;
  scheduledFor: string;
}

async function executionsOf(id: string): Promise<Scheduled[]> {
  const document = `query ($id: ID!) { executions(filter: { workflowId: $id }) { nodes { id trigger scheduledFor } } }`;
  return data(await ann.query(document, { id })).executions.nodes;
}

async function untilExecuted(id: string, count: number): Promise<Scheduled[]> {
  for (;;) {
    const found = await executionsOf(id);
    if (found.length >= count) return found;
    await wait(50);
  }
}

async function nextRunAt(id: string): Promise<string | null> {
  const answer = await ann.query('query ($id: ID!) { workflow(id: $id) { schedule { nextRunAt } } }', { id });
  return data(answer).workflow.schedule?.nextRunAt ?? null;
}

async function jobs(id: string) {
  const { rows } = await server.store.database.pool.query(
    `select run_at from graphile_worker.jobs where key = 'schedule:' || $1`,
    [localOf(id)],
  );
  return rows.map(({ run_at: runAt }) => runAt.toISOString());
}

test('a tick executes the workflow with its input, and plans the next one', async () => {
  const id = await createWorkflow(ann, steps, { schedule: monthly });
  const next = (await nextRunAt(id))!;
  expect(new Date(next).getUTCDate()).toBe(1);
  expect(await jobs(id)).toEqual([new Date(next).toISOString()]);
  await advanceClock(id, '1 minute');
  const [made] = await untilExecuted(id, 1);
  expect(made).toMatchObject({ trigger: 'SCHEDULE' });
  expect(Date.parse(made!.scheduledFor)).toBeLessThan(Date.now());
  await follow(ann, made!.id);
  expect(await execution(ann, made!.id)).toMatchObject({
    status: 'COMPLETED',
    input: { x: 'of the schedule' },
  });
  expect(await nextRunAt(id)).toBe(next);
  expect(await jobs(id)).toEqual([new Date(next).toISOString()]);
});

test('of all ticks that nobody was there for, one is made up for', async () => {
  const id = await createWorkflow(ann, steps, { schedule: { ...monthly, cron: '* * * * *' } });
  await advanceClock(id, '3 hours');
  await untilExecuted(id, 1);
  expect(Date.parse((await nextRunAt(id))!)).toBeGreaterThan(Date.now() - 1_000);
  expect((await executionsOf(id)).length).toBe(1);
});

test('a tick that many workers see at once is executed once', async () => {
  const id = await createWorkflow(ann, steps, { schedule: monthly });
  await server.store.database.pool.query(
    `update workflow set next_run_at = clock_timestamp() - interval '1 minute' where id = $1`,
    [localOf(id)],
  );
  await Promise.all(Array.from({ length: 8 }, () => runDueWorkflow(server.store, localOf(id))));
  expect(await executionsOf(id)).toHaveLength(1);
});

describe('there are no ticks', () => {
  const update = (input: object) =>
    ann.query(
      'mutation ($input: UpdateWorkflowInput!) { updateWorkflow(input: $input) { workflow { id } } }',
      {
        input,
      },
    );

  test.each([
    ['while the workflow is not active', (id: string) => update({ id, isActive: false })],
    ['when the schedule was taken away', (id: string) => update({ id, schedule: null })],
    [
      'when the workflow was deleted',
      (id: string) => ann.query(`mutation { deleteWorkflow(input: { id: "${id}" }) { deletedId } }`),
    ],
  ])('%s', async (_when, end) => {
    const id = await createWorkflow(ann, steps, { schedule: monthly });
    data(await end(id));
    expect(await jobs(id)).toEqual([]);
    await runDueWorkflow(server.store, localOf(id));
    expect(await executionsOf(id)).toEqual([]);
  });

  test('and they come again when it is active again; another change leaves them as they are', async () => {
    const id = await createWorkflow(ann, steps, { schedule: monthly, isActive: false });
    expect([await nextRunAt(id), await jobs(id)]).toEqual([null, []]);
    data(await update({ id, isActive: true }));
    const next = await nextRunAt(id);
    expect(next).not.toBeNull();
    data(await update({ id, name: 'another' }));
    expect(await nextRunAt(id)).toBe(next);
    expect(await jobs(id)).toHaveLength(1);
    data(await update({ id, schedule: { cron: '0 0 2 * *' } }));
    expect(new Date((await nextRunAt(id))!).getUTCDate()).toBe(2);
    expect(await jobs(id)).toEqual([new Date((await nextRunAt(id))!).toISOString()]);
  });
});
