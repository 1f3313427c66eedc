import { expect, test } from 'vitest';
import { type Client, data, errorCode, TASK_EVENTS } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

const CANCEL = `mutation ($id: ID!, $reason: String) {
  cancelTask(input: { id: $id, reason: $reason }) { task { id status cancelReason } } }`;

const cancel = (client: Client, id: string, reason?: string) => client.query(CANCEL, { id, reason });

/** Resolves when the run has written `count` batches of text. */
async function textOf(client: Client, id: string, count: number): Promise<void> {
  let seen = 0;
  for await (const payload of client.subscribe(TASK_EVENTS, { id })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') seen += 1;
    if (seen >= count) return;
  }
}

test('a running task: after the answer nothing more is written and the provider is hung up on', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5000,itl=2' });
  const following = ann.events(id);
  await textOf(ann, id, 5);
  const abortedBefore = vendor.stats().aborted;
  expect(data(await cancel(ann, id, 'changed my mind')).cancelTask.task).toEqual({
    id,
    status: 'CANCELLED',
    cancelReason: 'changed my mind',
  });
  const log = await ann.events(id);
  await vendor.waitFor(({ aborted }) => aborted === abortedBefore + 1, 1000);
  expect(log.at(-1)).toMatchObject({ __typename: 'RunCancelled', reason: 'changed my mind' });
  expect(await ann.events(id)).toEqual([expect.anything(), ...log.slice(1)]);
  expect((await following).at(-1)).toEqual(log.at(-1));
  expect(await ann.task(id)).toMatchObject({
    status: 'CANCELLED',
    result: null,
    costComplete: false,
    modelCalls: [{ status: 'CANCELLED' }],
  });
});

test('a task whose provider is silent: the connection is closed all the same', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@fault=stall,at=3' });
  await textOf(ann, id, 1);
  const abortedBefore = vendor.stats().aborted;
  await cancel(ann, id);
  await vendor.waitFor(({ aborted }) => aborted === abortedBefore + 1, 1000);
});

test('a queued task never starts', async () => {
  const idle = await startTestServer({ worker: false });
  try {
    const bob = await idle.newUser();
    const id = await bob.createTask({ prompt: 'x' });
    expect(data(await cancel(bob, id)).cancelTask.task.status).toBe('CANCELLED');
    const { rows } = await idle.store.database.pool.query('select count(*)::int from graphile_worker.jobs');
    expect(rows).toEqual([{ count: 0 }]);
    expect((await bob.task(id)).attempt).toBe(0);
  } finally {
    await idle.stop();
  }
});

test('cancelling twice is no error; cancelling what ended otherwise is', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=500,itl=2' });
  await cancel(ann, id, 'first');
  expect(data(await cancel(ann, id, 'second')).cancelTask.task.cancelReason).toBe('first');
  const done = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=1' });
  await ann.events(done);
  expect(errorCode(await cancel(ann, done))).toBe('INVALID_STATE');
});

test('cancel in the same moment as the end: one of the two, never both', async () => {
  const attempts = Array.from({ length: 30 }, async (_, round) => {
    const id = await ann.createTask({ prompt: 'x', model: `gpt-4o@tokens=${round % 5},itl=1` });
    const answer = await cancel(ann, id);
    const status = answer.data?.cancelTask?.task.status ?? errorCode(answer);
    const endings = (await ann.events(id)).filter(({ __typename: type }) =>
      ['RunCompleted', 'RunFailed', 'RunCancelled'].includes(type),
    );
    expect(endings).toHaveLength(1);
    expect([status, endings[0]!.__typename]).toEqual(
      status === 'CANCELLED' ? ['CANCELLED', 'RunCancelled'] : ['INVALID_STATE', 'RunCompleted'],
    );
  });
  await Promise.all(attempts);
});

test('the log of a cancelled run stays as it was at the answer', async () => {
  const { pool } = server.store.database;
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5000,whole=1' });
  await textOf(ann, id, 1);
  await cancel(ann, id);
  const { rows } = await pool.query<{ id: string; last_seq: number }>(
    'select id, last_seq from run order by created_at desc limit 1',
  );
  const { rows: events } = await pool.query<{ seq: number }>(
    'select seq from run_event where run_id = $1 union all select seq from run_text where run_id = $1 order by seq',
    [rows[0]!.id],
  );
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.at(-1)?.seq).toBe(rows[0]!.last_seq);
});
