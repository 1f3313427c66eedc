import { expect, test } from 'vitest';
import { startDeployment } from '../../harness/deployment.ts';
import { fixture } from '../../harness/fixture.ts';
import { GOOD_TOKEN, startOutside } from '../../harness/vendor/outside.ts';
import { create, deliveries, endTask, settled } from '../../integrations/integrations.ts';

const outside = fixture(startOutside);
const deployment = fixture(() =>
  startDeployment({
    SECRETS_KEY: Buffer.alloc(32, 1).toString('base64'),
    OUTBOUND_ALLOW: '127.0.0.1',
    LOG_LEVEL: 'trace',
  }),
);
const ann = fixture(() => deployment.ann);

test('an end that is told when no worker is there is told by the next', async () => {
  const { id } = await create(ann, { platform: 'WEBHOOK', url: `${outside.url}/later` });
  await endTask(ann);
  expect(await deliveries(ann, id)).toMatchObject([{ status: 'PENDING', attempts: 0 }]);
  const worker = await deployment.startWorker();
  await outside.waitFor('/later', 1);
  await settled(ann, id, ({ status }) => status === 'DELIVERED');
  await worker.stop();
});

test('kill -9 of the worker while it tells: another does, with the same id', async () => {
  const { id } = await create(ann, { platform: 'WEBHOOK', url: `${outside.url}/hook` });
  outside.script('/hook', 'never', { status: 200 });
  const doomed = await deployment.startWorker();
  // It ends the run itself, and is told to tell of it.
  const taskId = await ann.createTask({ prompt: 'x', model: 'demo@tokens=2,itl=0' });
  await outside.waitFor('/hook', 1);
  await deployment.startWorker();
  await doomed.kill();
  const [first, second] = await outside.waitFor('/hook', 2, 40_000);
  expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
  expect(second!.body).toBe(first!.body);
  const delivery = await settled(ann, id, ({ status }) => status === 'DELIVERED');
  expect(delivery).toMatchObject({ runId: taskId, runStatus: 'COMPLETED', attempts: 2 });
  expect(await deliveries(ann, id)).toHaveLength(1);
});

test('a worker that stops leaves to the others what nobody has answered yet', async () => {
  const { id } = await create(ann, { platform: 'WEBHOOK', url: `${outside.url}/stopped` });
  outside.script('/stopped', 'never', { status: 200 });
  const from = Date.now();
  await endTask(ann);
  await outside.waitFor('/stopped', 1);
  expect(await deployment.workers.at(-1)!.stop()).toBe(0);
  expect(Date.now() - from).toBeLessThan(8_000);
  await deployment.startWorker();
  await outside.waitFor('/stopped', 2);
  expect(await settled(ann, id, ({ status }) => status === 'DELIVERED')).toMatchObject({ attempts: 2 });
});

test('no process has written a secret into its log', async () => {
  await create(ann, { platform: 'GITHUB', credentials: { token: GOOD_TOKEN } });
  const { secret } = await create(ann, { platform: 'WEBHOOK', url: `${outside.url}/log` });
  await create(ann, {
    platform: 'SLACK',
    credentials: { webhookUrl: 'https://127.0.0.1:9/a-secret-channel' },
  });
  await endTask(ann);
  await outside.waitFor('/log', 1);
  const logs = [deployment.api, ...deployment.workers].map((process) => process.output()).join('');
  expect(logs.length).toBeGreaterThan(0);
  for (const one of [GOOD_TOKEN, secret, 'a-secret-channel']) expect(logs).not.toContain(one);
});
