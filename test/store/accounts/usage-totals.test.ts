import { expect, test } from 'vitest';
import { newId } from '../../../src/rules/ids/ids.ts';
import type { Round } from '../../../src/rules/orchestrations/orchestration.ts';
import { writeLimits } from '../../../src/store/accounts/quotas.ts';
import { type Lease, openLease } from '../../../src/store/log/lease.ts';
import { roundChange } from '../../../src/store/orchestrations/rounds.ts';
import { beginStep, completeStep } from '../../../src/store/runs/checkpoints.ts';
import { claimRun } from '../../../src/store/runs/claims/claim-run.ts';
import { releaseRun } from '../../../src/store/runs/release-run.ts';
import { type NewArtifact, saveArtifact } from '../../../src/store/tasks/artifacts.ts';
import { registerWorker } from '../../../src/store/workers/workers.ts';
import { type Client, data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { holdTask } from '../../harness/lease.ts';
import { startTestServer } from '../../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));

const OBJECTS = ['session', 'thread', 'agent', 'template', 'workflow', 'integration', 'api_key', 'model'];

/** What the rows themselves come to, without the tables that quotas are read from. */
const KEPT = `
  select coalesce(sum(runs), 0)::int as runs, coalesce(sum(objects), 0)::int as objects,
    coalesce(sum(bytes), 0)::float8 as bytes
  from (
    select count(*) as runs, 0 as objects, sum(counted_bytes) as bytes from run where owner_id = $1
    ${OBJECTS.map((table) => `union all select 0, count(*), sum(octet_length(to_jsonb(${table})::text)) from ${table} where owner_id = $1`).join('\n')}
  ) as part`;

async function kept(ownerId: string) {
  return (await server.store.database.pool.query(KEPT, [ownerId])).rows[0];
}

async function bytesOf({ runId }: Lease) {
  const { rows } = await server.store.database.pool.query(
    `select bytes::float8, counted_bytes::float8 as counted,
       (select coalesce(sum(size), 0)::float8 from artifact where run_id = run.id) as artifacts
     from run where id = $1`,
    [runId],
  );
  return rows[0] as { bytes: number; counted: number; artifacts: number };
}

/** Numbers from 0 to `below`, the same for a seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

function file(name: string, size: number): NewArtifact {
  return {
    name,
    type: 'file',
    mediaType: 'text/plain',
    content: Buffer.alloc(size, name),
    isTruncated: false,
  };
}

async function openAccount() {
  const client: Client = await server.newUser();
  const { viewer } = data(await client.query('{ viewer { id } }'));
  const ownerId = Buffer.from(viewer.id, 'base64url').toString().split(':')[1]!;
  return { client, ownerId };
}

test('an artifact that is saved again under its name counts by what it has more or less', async () => {
  const { client } = await openAccount();
  const lease = await holdTask(server.store, await client.createTask({ prompt: 'x' }));
  const before = await bytesOf(lease);
  for (const size of [100_000, 100_000, 300_000, 50_000, 50_000, 0, 200_000]) {
    await saveArtifact(server.store, lease, file('a', size));
    expect((await bytesOf(lease)).bytes - before.bytes).toBe(size);
  }
});

test('a quota that is full lets an artifact be replaced by one that is not larger', async () => {
  const { client, ownerId } = await openAccount();
  const lease = await holdTask(server.store, await client.createTask({ prompt: 'x' }));
  await saveArtifact(server.store, lease, file('a', 100_000));
  const { used } = await server.store.quotas.read(ownerId);
  await writeLimits(server.store.database.pool, ownerId, { bytes: used.bytes });
  server.store.quotas.forget(ownerId);
  await saveArtifact(server.store, lease, { ...file('a', 100_000), mediaType: 'text/html' });
  await saveArtifact(server.store, lease, file('a', 60_000));
  await expect(saveArtifact(server.store, lease, file('b', 60_000))).rejects.toMatchObject({
    code: 'QUOTA_EXCEEDED',
  });
});

test('a step counts what it leaves, once, however often it is written', async () => {
  const { client } = await openAccount();
  const lease = await holdTask(server.store, await client.createTask({ prompt: 'x' }));
  const before = await bytesOf(lease);
  const input = 'i'.repeat(10_000);
  const output = { input, output: 'o'.repeat(10_000) };
  await beginStep(server.store, lease, 'a', [], { output: { input } });
  await completeStep(server.store, lease, { key: 'a', output, events: [] });
  const grown = (await bytesOf(lease)).bytes - before.bytes;
  expect(grown - JSON.stringify(output).length).toBeLessThan(10);
  expect(grown).toBeGreaterThanOrEqual(JSON.stringify(output).length);
});

test('the answer of a round counts once, also when it is evaluated', async () => {
  const { client } = await openAccount();
  const started = data(
    await client.query('mutation { startOrchestration(input: { prompt: "x" }) { orchestration { id } } }'),
  );
  const runId = Buffer.from(started.startOrchestration.orchestration.id, 'base64url')
    .toString()
    .split(':')[1]!;
  const workerId = newId();
  await registerWorker(server.store.database, workerId);
  const lease = openLease((await claimRun(server.store, runId, { workerId, providers: [] }, false))!);
  const before = await bytesOf(lease);
  const model = { provider: 'demo', model: 'demo' } as const;
  const round: Round = {
    iteration: 1,
    selected: model,
    reason: 'x',
    improves: null,
    answer: null,
    evaluation: null,
    error: null,
  };
  const answer = { ...model, callId: 'c', text: 'o'.repeat(10_000), finishReason: 'stop' } as const;
  const evaluation = { ...model, isSelfEvaluated: false, score: 1, feedback: 'f'.repeat(1_000), error: null };
  await beginStep(server.store, lease, 'generate:1', [], { change: roundChange(round) });
  const generated = { key: 'generate:1', output: {}, events: [], change: roundChange({ ...round, answer }) };
  await completeStep(server.store, lease, generated);
  const evaluated = {
    key: 'evaluate:1',
    output: {},
    events: [],
    change: roundChange({ ...round, answer, evaluation }),
  };
  await completeStep(server.store, lease, evaluated);
  const grown = (await bytesOf(lease)).bytes - before.bytes;
  expect(grown).toBeGreaterThan(11_000);
  expect(grown).toBeLessThan(12_000);
});

test.each([1, 2, 3, 4])(
  'after any sequence of changes the totals are those of the rows (%i)',
  async (seed) => {
    const { client, ownerId } = await openAccount();
    const next = random(seed);
    const leases: (Lease & { id: string; bare: number })[] = [];
    const agents: string[] = [];
    const mutate = (field: string) => client.query(`mutation { ${field} }`).then(data);
    const changes: (() => Promise<unknown>)[] = [
      async () => {
        const id = await client.createTask({ prompt: 'é'.repeat(1 + next(2_000)) });
        const lease = await holdTask(server.store, id);
        leases.push(Object.assign(lease, { id, bare: (await bytesOf(lease)).bytes }));
      },
      async () => {
        const lease = leases[next(leases.length)];
        if (lease) await saveArtifact(server.store, lease, file('abc'[next(3)]!, next(40_000)));
      },
      async () => {
        const [lease] = leases.splice(next(leases.length), 1);
        if (lease) await mutate(`deleteTask(input: { id: "${lease.id}" }) { deletedId }`);
      },
      () => mutate(`createSession(input: { name: "${'s'.repeat(1 + next(100))}" }) { session { id } }`),
      async () => {
        const name = 'a'.repeat(1 + next(100));
        const { createAgent } = await mutate(`createAgent(input: { name: "${name}" }) { agent { id } }`);
        agents.push(createAgent.agent.id);
      },
      async () => {
        const [id] = agents;
        const description = 'é'.repeat(next(500));
        if (id)
          await mutate(`updateAgent(input: { id: "${id}", description: "${description}" }) { agent { id } }`);
      },
      async () => {
        const id = agents.shift();
        if (id) await mutate(`deleteAgent(input: { id: "${id}" }) { deletedId }`);
      },
    ];
    for (let tasks = 0; tasks < 3; tasks += 1) await changes[0]!();
    for (let step = 0; step < 60; step += 1) {
      // Artifacts are what is replaced most.
      await (step % 2 === 0 ? changes[1]! : changes[next(changes.length)]!)();
      if (step % 10 === 0)
        expect((await server.store.quotas.read(ownerId)).used).toEqual(await kept(ownerId));
    }
    for (const lease of leases) {
      await releaseRun(server.store, lease);
      const { bytes, counted, artifacts } = await bytesOf(lease);
      expect(bytes - lease.bare).toBe(artifacts);
      expect(counted).toBe(bytes);
    }
    expect((await server.store.quotas.read(ownerId)).used).toEqual(await kept(ownerId));
    for (const { id } of leases) await mutate(`deleteTask(input: { id: "${id}" }) { deletedId }`);
    expect((await server.store.quotas.read(ownerId)).used).toEqual(await kept(ownerId));
  },
);
