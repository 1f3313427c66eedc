import { beforeAll, expect, test } from 'vitest';
import { newId } from '../../../src/rules/ids/ids.ts';
import { readEvents } from '../../../src/store/log/event-log.ts';
import type { NewEvent } from '../../../src/store/log/events.ts';
import { type Lease, LeaseLost, openLease } from '../../../src/store/log/lease.ts';
import { beginStep, completeStep, readSteps } from '../../../src/store/runs/checkpoints.ts';
import { claimRun } from '../../../src/store/runs/claims/claim-run.ts';
import { releaseRun } from '../../../src/store/runs/release-run.ts';
import { registerWorker } from '../../../src/store/workers/workers.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

let workerId: string;

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  workerId = newId();
  await registerWorker(server.store.database, workerId);
});

async function newLease(): Promise<Lease> {
  const id = await ann.createTask({ prompt: 'x', model: 'demo' });
  return take(Buffer.from(id, 'base64url').toString().slice('Task:'.length));
}

async function take(runId: string): Promise<Lease> {
  return openLease((await claimRun(server.store, runId, { workerId, providers: [] }, false))!);
}

const progress = (value: number): NewEvent[] => [{ type: 'ProgressMade', data: { progress: value } }];
const steps = ({ runId }: Lease) => readSteps(server.store.database, runId);

async function progressOf({ runId }: Lease): Promise<number[]> {
  const { events } = await readEvents(server.store.database, runId, 0);
  return [...events].flatMap((event) => (event.type === 'ProgressMade' ? [event.data.progress] : []));
}

test('steps come back in the order in which they began, with what came of them', async () => {
  const lease = await newLease();
  await beginStep(server.store, lease, 'b', progress(0.1));
  await completeStep(server.store, lease, { key: 'b', output: { text: 'done' }, events: progress(0.2) });
  await completeStep(server.store, lease, { key: 'a', output: 1, events: [] });
  await beginStep(server.store, lease, 'c', []);
  expect(await steps(lease)).toEqual([
    { key: 'b', status: 'completed', output: { text: 'done' } },
    { key: 'a', status: 'completed', output: 1 },
    { key: 'c', status: 'started', output: null },
  ]);
  expect(await progressOf(lease)).toEqual([0.1, 0.2]);
});

test('a step is completed once, and told of once, however often it is written', async () => {
  const lease = await newLease();
  for (const output of ['first', 'second']) {
    await beginStep(server.store, lease, 'a', progress(0.1));
    await completeStep(server.store, lease, { key: 'a', output, events: progress(0.2) });
  }
  expect(await steps(lease)).toEqual([{ key: 'a', status: 'completed', output: 'first' }]);
  expect(await progressOf(lease)).toEqual([0.1, 0.2]);
});

test('a lease that was lost writes no step', async () => {
  const old = await newLease();
  await releaseRun(server.store, old);
  const fresh = await take(old.runId);
  await expect(beginStep(server.store, old, 'a', progress(0.5))).rejects.toThrow(LeaseLost);
  expect(old.signal.aborted).toBe(true);
  expect(await steps(fresh)).toEqual([]);
  expect(await progressOf(fresh)).toEqual([]);
});
