import { expect, test } from 'vitest';
import { newId } from '../../../src/rules/ids/ids.ts';
import { UNKNOWN_USAGE } from '../../../src/rules/money/money.ts';
import { beginModelCall } from '../../../src/store/money/begin-model-call.ts';
import { setSessionLimit } from '../../../src/store/money/budgets.ts';
import { settleModelCall } from '../../../src/store/money/settle-model-call.ts';
import { fixture } from '../../harness/fixture.ts';
import { holdTask } from '../../harness/lease.ts';
import { startTestServer } from '../../harness/server.ts';
import { createSession } from '../../sessions/feed-reader.ts';

const server = fixture(() => startTestServer({ worker: false }));

test('a call that is settled while a limit is being set on its session is counted', async () => {
  const { store } = server;
  const ann = await server.newUser();
  const session = await createSession(ann);
  const sessionId = Buffer.from(session, 'base64url').toString().slice('Session:'.length);
  const task = await ann.createTask({ prompt: 'x', model: 'demo', sessionId: session });
  const lease = await holdTask(store, task);
  const call = { id: newId(), provider: 'demo' as const, model: 'demo', cost: null };
  await beginModelCall(store, lease, call, () => Promise.reject(new Error('there is no limit')));
  const client = await store.database.pool.connect();
  await client.query('begin');
  await client.query('select from session where id = $1 for update', [sessionId]);
  await setSessionLimit(client, sessionId, '5');
  const settled = settleModelCall(store, lease, {
    callId: call.id,
    status: 'completed',
    usage: UNKNOWN_USAGE,
    cost: '1.000000000000',
    finishReason: 'stop',
    rawFinishReason: null,
    error: null,
    timeToFirstTokenMs: 1,
    latencyMs: 1,
    prices: null,
  });
  for (;;) {
    const { rows } = await store.database.pool.query(
      `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    if (rows.length > 0) break;
  }
  await client.query('commit');
  client.release();
  await settled;
  const { rows } = await store.database.pool.query('select spent::float8 from budget where subject_id = $1', [
    sessionId,
  ]);
  expect(rows).toEqual([{ spent: 1 }]);
});
