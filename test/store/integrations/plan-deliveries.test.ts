import { beforeAll, expect, test } from 'vitest';
import { planDeliveries } from '../../../src/store/integrations/send-deliveries.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
beforeAll(async () => {
  const statements = [
    `insert into app_user (id, email, name) values ('u', 'u@b.c', 'n')`,
    `insert into run (id, kind, owner_id, origin, status) values ('r', 'task', 'u', 'graphql', 'completed')`,
    `insert into integration (id, owner_id, origin, platform, name, sealed_credentials, notify_on)
     values ('i', 'u', 'graphql', 'slack', 'n', 'x', '{completed}')`,
    `insert into delivery (id, integration_id, run_id, seq, run_end, status, next_try_at)
     values ('due', 'i', 'r', 1, '{}', 'pending', now() - interval '1 minute')`,
  ];
  for (const statement of statements) await server.store.database.pool.query(statement);
});

async function plannedAt({ isStopping = false } = {}): Promise<Date | null> {
  await planDeliveries(server.store.database, 'i', isStopping);
  const { rows } = await server.store.database.pool.query<{ at: Date }>(
    `select run_at as at from graphile_worker.jobs where key = 'deliver:i'`,
  );
  return rows[0]?.at ?? null;
}

test('a message that is due and cannot be sent now gets no ticket, which would be used again and again', async () => {
  expect(await plannedAt()).toBeNull();
});

test('one that is due later gets a ticket for that moment', async () => {
  const { rows } = await server.store.database.pool.query<{ at: Date }>(
    `insert into delivery (id, integration_id, run_id, seq, run_end, status, next_try_at)
     values ('later', 'i', 'r', 2, '{}', 'pending', now() + interval '1 hour') returning next_try_at as at`,
  );
  expect(await plannedAt()).toEqual(rows[0]!.at);
});

test('given a worker that stops, then others get a ticket for what is due already', async () => {
  const at = await plannedAt({ isStopping: true });
  expect(at!.getTime()).toBeLessThan(Date.now());
});
