import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { openConnection, postRequest } from '../client/http.ts';
import { openCreator } from '../client/tasks.ts';
import { quantile } from '../measure/quantile.ts';
import { query } from '../postgres.ts';
import type { Line } from '../report.ts';
import { newAccount, type Server } from '../server.ts';
import type { Row } from './row.ts';

const QUICK = 'demo@tokens=1,itl=0';
/** Between two requests of the account beside it. */
const PACE_MS = 10;

/** Each leaves the runs as the next one needs them. */
const ACTIONS = ['retryRuns', 'cancelRuns', 'deleteRuns'] as const;
type Action = (typeof ACTIONS)[number];

export const bulk: Row = {
  title: '10,000 runs retried, cancelled and deleted at once, and the requests of another account beside it',
  async run(stage) {
    const server = await stage.polyphony();
    const many = { ...server, ...(await newAccount(server, 'many')) };
    const other = { ...server, ...(await newAccount(server, 'other')) };
    const count = stage.quick ? 2_000 : 10_000;
    const lines: Line[] = [];
    await latencies(other, () => wait(2_000));
    const rounds = Object.fromEntries(
      ACTIONS.map((action) => [
        action,
        { seconds: [] as number[], ours: [] as number[], alone: [] as number[] },
      ]),
    ) as Record<Action, { seconds: number[]; ours: number[]; alone: number[] }>;
    for (let round = 0; round < (stage.quick ? 1 : 2); round += 1) {
      await fill(many, count);
      for (const action of ACTIONS) {
        const { seconds, ours, alone } = rounds[action];
        const startedAt = performance.now();
        ours.push(quantile(await latencies(other, () => carryOut(many, action, count)), 0.99));
        const took = performance.now() - startedAt;
        seconds.push(took / 1000);
        alone.push(quantile(await latencies(other, () => wait(took)), 0.99));
      }
    }
    for (const [action, { seconds, ours, alone }] of Object.entries(rounds))
      lines.push(
        {
          what: `${action} of ${count}`,
          unit: 's',
          ours: seconds,
          baseline: [],
          comparison: 'difference',
          target: { of: 'ours', bound: 'most', value: 30 },
        },
        {
          what: `createTask of another account beside ${action}, p99`,
          unit: 'ms',
          ours,
          baseline: alone,
          comparison: 'ratio',
          target: { of: 'comparison', bound: 'most', value: 1.1 },
        },
      );
    return lines;
  },
};

/** Failed tasks, written without a request for each. They start later, so that only the bulk operation is measured. */
async function fill({ databaseUrl, ownerId }: Server, count: number): Promise<void> {
  await query(
    databaseUrl,
    `with made as (
       insert into run (id, kind, owner_id, origin, status, last_seq, created_at, start_at)
       select gen_random_uuid()::text, 'task', $1, 'graphql', 'failed', 2, now(), now() + interval '1 day' from generate_series(1, $2::int)
       returning id, month, owner_id
     ), logged as (
       insert into run_event (month, run_id, seq, attempt, type, data, owner_id, place, xid)
       select month, id, seq, 0, case seq when 1 then 'RunCreated' else 'RunFailed' end,
         case seq when 1 then '{"kind":"prompt"}'::jsonb else '{"error":{"code":"WORKER_LOST","message":"x"}}' end,
         owner_id, pg_current_xact_id(), pg_current_xact_id()
       from made, generate_series(1, 2) as seq
     )
     insert into task (id, kind, prompt, provider, model, error)
     select id, 'prompt', 'x', 'demo', '${QUICK}', '{"code":"WORKER_LOST","message":"x"}' from made`,
    [ownerId, count],
  );
  await query(databaseUrl, 'analyze run, task, run_event');
}

async function carryOut(server: Server, action: Action, count: number): Promise<void> {
  const connection = await openConnection(server.url);
  const headers = { authorization: `Bearer ${server.token}` };
  const ask = async (document: string, variables: object) => {
    const request = postRequest(`${server.url}/graphql`, { query: document, variables }, headers);
    const answer = JSON.parse((await connection.send(request)).toString());
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  };
  try {
    const input = { filter: { kinds: ['TASK'] } };
    const type = `${action[0]!.toUpperCase()}${action.slice(1)}Input`;
    const document = `mutation ($input: ${type}!) { ${action}(input: $input) { bulkOperation { id } } }`;
    const { id } = (await ask(document, { input }))[action].bulkOperation;
    for (;;) {
      const { run } = await ask(
        'query ($id: ID!) { run(id: $id) { endedAt ... on BulkOperation { matched done } } }',
        { id },
      );
      if (!run.endedAt) {
        await wait(100);
        continue;
      }
      if (run.done !== count) throw new Error(`${action}: ${JSON.stringify(run)}`);
      return;
    }
  } finally {
    connection.close();
  }
}

/** Milliseconds of requests that create a task, one after the other, while something else is done. */
async function latencies(server: Server, work: () => Promise<unknown>): Promise<number[]> {
  const creator = await openCreator(server);
  const taken: number[] = [];
  let isDone = false;
  const working = work().finally(() => {
    isDone = true;
  });
  try {
    while (!isDone) {
      const startedAt = performance.now();
      await creator.create(QUICK);
      taken.push(performance.now() - startedAt);
      await wait(PACE_MS);
    }
    await working;
  } finally {
    creator.close();
  }
  return taken;
}
