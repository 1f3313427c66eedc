import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { TIMED } from '../harness/measure/timed.ts';
import { startTestServer } from '../harness/server.ts';
import { type Outside, startOutside } from '../harness/vendor/outside.ts';
import { create, deliveries, endTask, hurry, read, redeliver, settled, update } from './integrations.ts';

let ann: Client;

const outside = fixture(startOutside);
const server = fixture(() => startTestServer({ variables: { OUTBOUND_ALLOW: '127.0.0.1' } }));

let hooks = 0;

/** A webhook of an account of its own, at a path of its own. */
async function webhook(...replies: Parameters<Outside['script']>[1][]) {
  ann = await server.newUser();
  hooks += 1;
  const path = `/hook/${hooks}`;
  if (replies.length > 0) outside.script(path, ...replies);
  const made = await create(ann, { platform: 'WEBHOOK', url: `${outside.url}${path}` });
  return { id: made.id as string, secret: made.secret as string, path };
}

describe('what a webhook is sent', () => {
  test('is signed as Standard Webhooks has it, and says what became of the run, and no text', async () => {
    const { id, secret, path } = await webhook();
    const taskId = await ann.createTask({ prompt: 'a private matter', model: 'demo@tokens=3,itl=0' });
    await ann.events(taskId);
    const [message] = await outside.waitFor(path, 1);
    const { headers, body } = message!;
    const delivery = await settled(ann, id, ({ status }) => status === 'DELIVERED');
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const signature = createHmac('sha256', key).update(signed).digest('base64');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': delivery.webhookId,
      'webhook-signature': `v1,${signature}`,
    });
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    const task = data(
      await ann.query(`query ($id: ID!) { task(id: $id) { createdAt startedAt endedAt } }`, {
        id: taskId,
      }),
    ).task;
    expect(JSON.parse(body)).toEqual({
      type: 'task.completed',
      timestamp: task.endedAt,
      data: {
        id: taskId,
        kind: 'TASK',
        status: 'COMPLETED',
        sessionId: null,
        error: null,
        cancelReason: null,
        cost: 0,
        costComplete: true,
        createdAt: task.createdAt,
        startedAt: task.startedAt,
        endedAt: task.endedAt,
      },
    });
    expect(body).not.toContain('private');
    expect(delivery).toMatchObject({
      runId: taskId,
      runKind: 'TASK',
      runStatus: 'COMPLETED',
      body: JSON.parse(body),
      attempts: 1,
      responseStatus: 204,
      error: null,
      nextTryAt: null,
    });
  });

  test('is what was asked for', async () => {
    const { id, path } = await webhook();
    await update(ann, { id, notifyOn: ['FAILED'] });
    await endTask(ann);
    await update(ann, { id, notifyOn: ['CANCELLED'] });
    const cancelled = await endTask(ann);
    const all = await outside.waitFor(path, 1);
    expect(all.map(({ body }) => JSON.parse(body).data.id)).toEqual([cancelled]);
    expect(JSON.parse(all[0]!.body).data).toMatchObject({ cancelReason: 'enough', startedAt: null });
  });
});

describe('a receiver that does not take it', () => {
  test('is asked again, with the same id and body, until it does', async () => {
    const { id, path } = await webhook({ status: 500 }, { status: 200 });
    await endTask(ann);
    await outside.waitFor(path, 1);
    const waiting = await settled(ann, id, ({ responseStatus }) => responseStatus === 500);
    expect(waiting).toMatchObject({ status: 'PENDING', attempts: 1, error: 'Webhook answered 500' });
    const wait = Date.parse(waiting.nextTryAt) - Date.parse(waiting.lastTriedAt);
    expect(wait).toBeGreaterThan(4_000);
    expect(wait).toBeLessThan(6_500);
    const [first, second] = await outside.waitFor(path, 2);
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(second!.body).toBe(first!.body);
    const done = await settled(ann, id, ({ status }) => status === 'DELIVERED');
    expect(done).toMatchObject({ attempts: 2, responseStatus: 200, error: null, nextTryAt: null });
  });

  test('is asked eight times, and again when somebody wants it', async () => {
    const statuses = [501, 502, 503, 504, 505, 506, 507, 508];
    const { id, path } = await webhook(...statuses.map((status) => ({ status })));
    await endTask(ann);
    for (const status of statuses) {
      await settled(ann, id, ({ responseStatus }) => responseStatus === status);
      if (status < 508) await hurry(server);
    }
    const failed = await settled(ann, id, ({ status }) => status === 'FAILED');
    expect(failed).toMatchObject({ attempts: 8, nextTryAt: null, error: 'Webhook answered 508' });
    await hurry(server);
    outside.script(path, { status: 200 });
    expect(data(await redeliver(ann, failed.id)).redeliver.delivery.status).toBe('PENDING');
    const done = await settled(ann, id, ({ status }) => status === 'DELIVERED');
    expect(done).toMatchObject({ attempts: 1, webhookId: failed.webhookId });
    expect(await outside.waitFor(path, 9)).toHaveLength(9);
  });

  test('is waited for as long as it asks', async () => {
    const { id } = await webhook({ status: 429, headers: { 'retry-after': '120' } });
    await endTask(ann);
    const { nextTryAt, lastTriedAt } = await settled(ann, id, ({ error }) => error);
    expect(Date.parse(nextTryAt) - Date.parse(lastTriedAt)).toBeGreaterThanOrEqual(120_000);
  });

  test('for a reason that Postgres cannot hold', async () => {
    const { id } = await webhook({ status: 400, body: JSON.stringify({ message: 'a\0b' }) });
    await endTask(ann);
    const { error, responseStatus } = await settled(ann, id, (tried) => tried.error !== null);
    expect({ error, responseStatus }).toEqual({
      error: 'Webhook answered 400: a\uFFFDb',
      responseStatus: 400,
    });
  });

  test('is asked no more when it is gone', async () => {
    const { id, path } = await webhook({ status: 410 });
    await endTask(ann);
    expect(await settled(ann, id, ({ status }) => status === 'FAILED')).toMatchObject({ attempts: 1 });
    const reason = 'Webhook answered 410';
    await expect.poll(() => read(ann, id)).toMatchObject({ isActive: false, disabledReason: reason });
    await endTask(ann);
    const [delivery, ...others] = await deliveries(ann, id);
    expect(others).toEqual([]);
    expect(errorCode(await redeliver(ann, delivery.id))).toBe('INVALID_STATE');
    expect(await update(ann, { id, isActive: true })).toMatchObject({ disabledReason: null });
    outside.script(path, { status: 200 });
    data(await redeliver(ann, delivery.id));
    await settled(ann, id, ({ status }) => status === 'DELIVERED');
  });

  test('leads nowhere else', async () => {
    const { id } = await webhook({ status: 302, headers: { location: `${outside.url}/elsewhere` } });
    await endTask(ann);
    expect(await settled(ann, id, ({ error }) => error)).toMatchObject({
      responseStatus: 302,
      error: 'Webhook answered 302',
    });
    expect(outside.received.filter(({ path }) => path === '/elsewhere')).toEqual([]);
  });

  test('says nothing for ten seconds', async () => {
    const { id } = await webhook('never');
    await endTask(ann);
    expect(await settled(ann, id, ({ error }) => error)).toMatchObject({
      status: 'PENDING',
      responseStatus: null,
      error: 'no answer within 10 s',
    });
  });

  test('has taken it with the first line of its answer, however long the rest is', TIMED, async () => {
    const { id } = await webhook({ status: 200, dripping: true });
    const from = Date.now();
    await endTask(ann);
    await settled(ann, id, ({ status }) => status === 'DELIVERED');
    expect(Date.now() - from).toBeLessThan(5_000);
  });
});

test('what has lost its job is sent all the same', async () => {
  const { id } = await webhook({ status: 500 }, { status: 200 });
  await endTask(ann);
  await settled(ann, id, ({ responseStatus }) => responseStatus === 500);
  const { pool } = server.store.database;
  await expect
    .poll(async () => {
      const gone = await pool.query(
        `select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs where task_identifier = 'deliver'))`,
      );
      return gone.rowCount;
    })
    .toBeGreaterThan(0);
  await pool.query(`update delivery set next_try_at = now() - interval '2 minutes' where status = 'pending'`);
  await settled(ann, id, ({ status }) => status === 'DELIVERED');
});

test('a slow receiver holds up nobody else', async () => {
  const slow = await webhook('never');
  const slowAnn = ann;
  for (let ends = 0; ends < 12; ends++) await endTask(slowAnn);
  await outside.waitFor(slow.path, 4);
  const quick = await webhook();
  await endTask(ann);
  await outside.waitFor(quick.path, 1, 3_000);
  expect(outside.received.filter(({ path }) => path === slow.path)).toHaveLength(4);
});
