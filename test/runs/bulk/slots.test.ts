import { expect, test } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { ended, request, statuses } from '../bulk.ts';

const server = fixture(() => startTestServer({ variables: { WORKER_CONCURRENCY: '1' } }));
const ann = fixture(() => server.newUser());
const bob = fixture(() => server.newUser());

test('given a worker whose slots are all held, then what is to end their runs does not wait for them', async () => {
  const slow = { prompt: 'x', model: 'demo@tokens=4000,itl=50' };
  const running = [];
  // Accounts that hold no slot have one more.
  for (const client of [ann, bob]) {
    const id = await client.createTask(slow);
    const text = client.subscribe(`subscription { tokens(taskId: "${id}") }`);
    await text.next();
    await text.return(undefined);
    running.push(id);
  }
  const waiting = await ann.createTask(slow);
  expect(await ended(ann, request(ann, 'cancelRuns', { all: true }))).toMatchObject({ matched: 2, done: 2 });
  expect(await statuses(ann, [running[0]!, waiting])).toEqual(['CANCELLED', 'CANCELLED']);
  expect(await statuses(bob, [running[1]!])).toEqual(['RUNNING']);
});
