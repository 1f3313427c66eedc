import { expect, test } from 'vitest';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { createWorkflow, execute } from '../../workflows/workflows.ts';
import { ended, fill, type Mutation, request } from '../bulk.ts';

const server = fixture(() => startTestServer());
const localOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;
const WAITS = ['PENDING', 'QUEUED'];
const BATCH = 50;

const TASK = `update run set status = 'waiting' where id = $1`;
const EXECUTION = `with begun as (update execution set started_at = now() where id = $1) ${TASK}`;

test.each<[Mutation, string, string, string]>([
  ['cancelRuns', 'a task', TASK, 'it is waiting now'],
  ['deleteRuns', 'a task', TASK, 'it is waiting now'],
  ['cancelRuns', 'an execution', EXECUTION, 'it is running now'],
  ['deleteRuns', 'an execution', EXECUTION, 'it is running now'],
])(
  'given %s for runs of a status, then %s that begins meanwhile is skipped',
  async (name, what, begin, reason) => {
    const ann = await server.newUser();
    const startAt = new Date(Date.now() + 1e8).toISOString();
    const workflow = await createWorkflow(ann, [{ key: 'a', task: 'x', model: 'demo' }]);
    const oldest =
      what === 'a task'
        ? (await fill(server.store.database.pool, ann, 0))[0]!
        : await execute(ann, workflow, { startAt });
    await fill(server.store.database.pool, ann, BATCH);
    const client = await server.store.database.pool.connect();
    await client.query('begin');
    await client.query('select from run where id = $1 for update', [localOf(oldest)]);
    const { id } = await request(ann, name, { filter: { statuses: WAITS } });
    const document = 'subscription ($id: ID!) { runEvents(runId: $id) { __typename } }';
    for await (const payload of ann.subscribe(document, { id }))
      if (data(payload).runEvents.__typename === 'ProgressMade') break;
    await client.query(begin, [localOf(oldest)]);
    await client.query('commit');
    client.release();
    const result = await ended(ann, Promise.resolve({ id }));
    expect(result).toMatchObject({ matched: BATCH + 1, done: BATCH, skipped: 1, failed: 0 });
    expect(result.examples).toEqual([
      {
        runId: oldest,
        exception: 'SKIPPED',
        code: 'INVALID_STATE',
        message: `${reason}, which the filter does not select`,
      },
    ]);
  },
);
