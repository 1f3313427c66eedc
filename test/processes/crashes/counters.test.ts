import { expect, test } from 'vitest';
import { createLog } from '../../../src/log.ts';
import { openDatabase } from '../../../src/store/database/database.ts';
import { expectExactCounters } from '../../analytics/count-rows.ts';
import { userIdOf } from '../../analytics/rows.ts';
import { data } from '../../harness/client.ts';
import { startDeployment } from '../../harness/deployment.ts';
import { fixture } from '../../harness/fixture.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { createWorkflow, execute } from '../../workflows/workflows.ts';

const vendor = fixture(startVendor);
const deployment = fixture(() => startDeployment({ OPENAI_BASE_URL: `${vendor.url}/v1` }));
const ann = fixture(() => deployment.ann);

const slow = 'gpt-4o@tokens=40,itl=40';
const KILLS = 4;

test('kill -9 of workers while they run, end and count tasks and executions: counters are the totals of the rows', async () => {
  const database = openDatabase({ url: deployment.databaseUrl, poolMax: 2, log: createLog('error') });
  await using opened = new AsyncDisposableStack();
  opened.defer(() => database.close());
  const owners = [await userIdOf(ann)];
  const steps = ['a', 'b'].map((key) => ({ key, model: slow, task: key }));
  const workflow = await createWorkflow(ann, steps);
  for (let kill = 0; kill < KILLS; kill += 1) {
    const doomed = await deployment.startWorker();
    const before = vendor.stats().deltas;
    await Promise.all([
      ...Array.from({ length: 10 }, () => ann.createTask({ prompt: 'x', model: slow, type: 'code' })),
      execute(ann, workflow),
    ]);
    await vendor.waitFor(({ deltas }) => deltas > before + 100, 20_000);
    await doomed.kill();
    await expectExactCounters(database, owners);
  }
  await deployment.startWorker();
  const open = async () =>
    data(await ann.query('{ runs(filter: { statuses: [QUEUED, RUNNING, WAITING] }) { totalCount } }')).runs
      .totalCount;
  await expect.poll(open, { timeout: 60_000, interval: 200 }).toBe(0);
  await expectExactCounters(database, owners);
}, 180_000);
