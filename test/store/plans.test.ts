import pg, { type ClientBase } from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { exportRows, exportRuns } from '../../src/store/accounts/export-rows.ts';
import { addLegacyUse, listLegacyClients } from '../../src/store/accounts/legacy-clients.ts';
import { createQuotas } from '../../src/store/accounts/quotas.ts';
import { readAgentReports } from '../../src/store/agents/reports.ts';
import { readAnalytics } from '../../src/store/analytics/analytics.ts';
import { OF_ACCOUNT, sumCounts } from '../../src/store/analytics/counters/sum-counts.ts';
import { matchSql } from '../../src/store/bulk/match-runs.ts';
import type { Database } from '../../src/store/database/database.ts';
import { findDeliveries, readDeliveries } from '../../src/store/integrations/deliveries.ts';
import { findIntegrations } from '../../src/store/integrations/integrations.ts';
import { planDeliveries, takeDelivery } from '../../src/store/integrations/send-deliveries.ts';
import type { Feed } from '../../src/store/log/bus.ts';
import { attemptStart, deleteLogs, readEvents } from '../../src/store/log/event-log.ts';
import { readEventPages } from '../../src/store/log/event-pages.ts';
import { presentStart, readFeed } from '../../src/store/log/feeds/feed.ts';
import { findTextTicket } from '../../src/store/log/generated-text/join-text.ts';
import {
  readLatestTextCall,
  readTextStart,
  readTexts,
} from '../../src/store/log/generated-text/read-text.ts';
import { openLease } from '../../src/store/log/lease.ts';
import { findModelCalls } from '../../src/store/money/model-call-reports.ts';
import { lockNextExpired, removeFrom } from '../../src/store/runs/deletion/delete-expired.ts';
import { readNextExpired, readUnneeded } from '../../src/store/runs/deletion/delete-expired-runs.ts';
import { readAccountsAfter } from '../../src/store/runs/deletion/find-expired.ts';
import { failRun } from '../../src/store/runs/finish-run.ts';
import { listRuns } from '../../src/store/runs/lists/list-runs.ts';
import { EVERY_RUN, type RunFilter } from '../../src/store/runs/lists/run-filter.ts';
import type { RunOrder } from '../../src/store/runs/lists/run-order.ts';
import { listSessions } from '../../src/store/sessions/sessions.ts';
import { readSessionTotals } from '../../src/store/sessions/totals.ts';
import { countTasksOf, listTasks, readTasksOf } from '../../src/store/tasks/list-tasks.ts';
import { findTasks } from '../../src/store/tasks/tasks.ts';
import { readTaskTotals } from '../../src/store/tasks/totals.ts';
import { readTurns } from '../../src/store/threads/read-turns.ts';
import { findThreads, listThreads, readThreadTexts } from '../../src/store/threads/threads.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false, isFilled: true }), { timeoutMs: 240_000 });

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: Plan[];
}

/** How Postgres carries out what `act` asks: the plan for the given values, and the one for any where it may be kept. */
async function plansOf(act: () => Promise<unknown>): Promise<Plan[][]> {
  const spy = vi.spyOn(server.store.database.pool, 'query');
  await act();
  const [{ name, text, values }] = spy.mock.calls.at(-1) as unknown as [
    { name?: string; text: string; values: unknown[] },
  ];
  spy.mockRestore();
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  await client.query(`prepare asked as ${text}`);
  const literals = values.map((value) => literalOf(value)).join(', ');
  const plans: Plan[][] = [];
  for (const mode of ['force_custom_plan', ...(name ? ['force_generic_plan'] : [])]) {
    await client.query(`set plan_cache_mode = ${mode}`);
    const { rows } = await client.query(`explain (format json) execute asked(${literals})`);
    plans.push(nodesOf(rows[0]['QUERY PLAN'][0].Plan));
  }
  await client.end();
  return plans;
}

function literalOf(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof Date) return pg.escapeLiteral(value.toISOString());
  if (Array.isArray(value)) {
    if (value[0] instanceof Date) return `array[${value.map(literalOf).join(', ')}]::timestamptz[]`;
    // Of any type that the statement expects.
    return pg.escapeLiteral(`{${value.map((each) => JSON.stringify(each)).join(',')}}`);
  }
  return typeof value === 'number' ? String(value) : pg.escapeLiteral(String(value));
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** Next to nothing is in them here, so that an index would be no quicker. */
const EMPTY = ['execution', 'orchestration', 'orchestration_round', 'agent', 'bulk'];
/** Of the partitions, those of the month in which the test runs. */
const isFilled = (table = '') =>
  !EMPTY.includes(table) && (!/^run_(event|text)_/.test(table) || table.endsWith(`_${MONTH}`));
const MONTH = new Date().toISOString().slice(0, 7).replace('-', '_');

const FIRST_OF_MONTH = `${MONTH.replace('_', '-')}-01`;

const ERROR = { code: 'INTERNAL_ERROR', message: 'x' } as const;
const range = { after: null, before: null, offset: 0, limit: 21, fromEnd: false };
const NEWEST: RunOrder = { field: 'created_at', direction: 'desc' };
const WHOLE_ACCOUNT = { ownerId: 'u7', sessionId: null, userLabel: null };
/** It begins within an hour, whose runs are read. */
const WEEK = { from: new Date(Date.now() - 7 * 86_400_000), to: null };
const selection = { ownerId: 'u7', filter: EVERY_RUN, executionId: null };
const tasksBy = (filter: Partial<RunFilter>, order = NEWEST) =>
  listTasks(server.store.database, {
    ...selection,
    filter: { ...EVERY_RUN, ...filter },
    order,
    columns: [],
  });
type Filtered = [what: string, filter: Partial<RunFilter>, more?: Partial<typeof range>];
const UNFILTERED: Filtered[] = [
  ['all tasks', {}],
  ['tasks behind two hundred others', {}, { offset: 200 }],
  ['tasks of a time', { createdFrom: new Date(0), createdTo: new Date() }],
];
const FILTERS: Filtered[] = [
  ['tasks of some kinds', { taskKinds: ['prompt'] }],
  ['tasks of some types', { types: ['code'] }],
  ['tasks of some surfaces', { origins: ['graphql'] }],
  ['tasks that have a title', { having: ['title'] }],
  ['tasks of a template', { templateName: 'a' }],
  [
    'a page of an older API',
    {
      origins: ['graphql'],
      having: ['type', 'title'],
      statuses: ['completed'],
      types: ['code'],
    },
    { offset: 100 },
  ],
  ['tasks with tags', { tags: ['a'] }],
  ['tasks with words', { text: 'title' }],
  ['tasks of some models', { models: ['demo'] }],
  ['tasks of some errors', { errorCodes: ['INTERNAL_ERROR'] }],
];
/** Rows of tables of thousands, by ids of an owner. */
const FOUND: {
  what: string;
  find: (database: Database, owner: string, ids: readonly string[]) => Promise<unknown>;
  ids: string[];
}[] = [
  { what: 'task', find: findTasks, ids: ['r6', 'r26'] },
  { what: 'model_call', find: findModelCalls, ids: ['cr6', 'cr26'] },
  { what: 'thread', find: findThreads, ids: ['t6', 't26'] },
  { what: 'integration', find: findIntegrations, ids: ['i6', 'i1006'] },
  { what: 'delivery', find: findDeliveries, ids: ['d6', 'd26'] },
];
const ORDERS = [
  ['created_at', 'run_search_newest'],
  ['updated_at', 'run_listed_updated'],
  ['ended_at', 'run_listed_ended'],
  ['priority', 'run_listed_priority'],
  ['cost', 'run_listed_cost'],
] as const;
/** To count, any index of an owner's runs is as good. */
const OF_OWNER = /^run_(search_newest|listed_\w+)$/;
const PAGE = { ...selection, order: NEWEST, range, columns: [] };
const MANY = { runs: 1e9, objects: 1e9, bytes: 1e12 };
const bulkOf = (filter: Partial<RunFilter>) => {
  const kinds = ['task', 'execution', 'orchestration'] as const;
  const settings = { filter: { ...EVERY_RUN, ...filter }, kinds, reason: null, maxOrchestrations: 1 };
  return matchSql({ id: 'b1', ownerId: 'u7', action: 'cancel', settings, createdAt: new Date() })!;
};
const BULK: [what: string, filter: Partial<RunFilter>][] = [
  ['all runs', {}],
  ['runs of a status', { statuses: ['failed'] }],
  ['runs with tags', { tags: ['a'] }],
];
const feeds: [Feed['kind'], string, RegExp][] = [
  ['owner', 'u7', /^run_event_\d+_\d+_owner_id_place_idx$/],
  ['session', 's7', /^run_event_\d+_\d+_session_id_place_idx$/],
];

describe.each([
  {
    what: 'the list of sessions',
    ask: () =>
      listSessions(server.store.database, {
        ownerId: 'u7',
        status: null,
        userLabel: null,
        origins: null,
        isNamed: null,
      }).read(range),
    index: 'session_owner_created',
  },
  {
    what: 'the list of threads',
    ask: () => listThreads(server.store.database, { ownerId: 'u7', sessionId: null }).read(range),
    index: 'thread_owner_created',
  },
  {
    what: 'the contexts of threads',
    ask: () => readThreadTexts(server.store.database, 'context', ['t6', 't26']),
    index: 'thread_pkey',
  },
  {
    what: 'the threads of a session',
    ask: () => listThreads(server.store.database, { ownerId: 'u8', sessionId: 's7' }).read(range),
    index: 'thread_session_created',
  },
  ...FOUND.map(({ what, find, ids }) => ({
    what: `${what} by their ids`,
    ask: () => find(server.store.database, 'u7', ids),
    // An account has few of some: its own may be as cheap.
    index: new RegExp(`^${what}_(pkey|owner_created)$`),
  })),
  {
    what: 'the clients of an account in older APIs',
    ask: () =>
      listLegacyClients(server.store.database, { ownerId: 'u7', origins: null, usedSince: null }).read(range),
    index: /^legacy_client_(owner_id_created_at_id_index|unique)$/,
  },
  {
    what: 'the clients of all accounts in older APIs',
    ask: () =>
      listLegacyClients(server.store.database, { ownerId: null, origins: null, usedSince: null }).read(range),
    index: 'legacy_client_created_at_id_index',
  },
  {
    what: 'use of older APIs, as it is written',
    ask: () =>
      addLegacyUse(server.store.database, [
        {
          ...{ ownerId: 'u7', origin: 'amas', keyHash: 'h7', userAgent: 'a' },
          ...{ requests: 1, lastUsedAt: new Date() },
        },
      ]),
    index: /^legacy_client_(owner_id_created_at_id_index|unique)$/,
  },
  {
    what: 'the tasks of a session',
    ask: () => tasksBy({ sessionId: 's7' }).read(range),
    index: 'run_session_created',
  },
  {
    what: 'the tasks of a page of sessions',
    ask: () =>
      readTasksOf(server.store.database, ['s1', 's21', 's41'], { parent: 'session', ...PAGE, ownerId: 'u2' }),
    index: 'run_session_created',
  },
  ...['counter_pkey', 'counter_change_pkey'].map((index) => ({
    what: 'how many tasks a page of sessions has',
    ask: () =>
      countTasksOf(server.store.database, ['s1', 's21'], {
        parent: 'session',
        ...selection,
        ownerId: 'u2',
      }),
    index,
  })),
  {
    what: 'how many tasks of a type a page of sessions has',
    ask: () =>
      countTasksOf(server.store.database, ['s1', 's21'], {
        parent: 'session',
        ...selection,
        ownerId: 'u2',
        filter: { ...EVERY_RUN, types: ['code'] },
      }),
    index: 'run_search_found',
  },
  {
    what: 'the tasks of a page of threads',
    ask: () => readTasksOf(server.store.database, ['t7', 't8'], { parent: 'thread', ...PAGE }),
    index: 'task_thread',
  },
  {
    what: 'how many threads there are',
    ask: () => listThreads(server.store.database, { ownerId: 'u7', sessionId: null }).count(),
    index: 'thread_owner_created',
  },
  {
    what: 'how many tasks there are',
    ask: () => tasksBy({}).count(),
    index: OF_OWNER,
  },
  ...ORDERS.flatMap(([field, index]) =>
    (['asc', 'desc'] as const).flatMap((direction) => [
      {
        what: `runs of all kinds, ${field} ${direction}`,
        ask: () => listRuns(server.store.database, { ...selection, order: { field, direction } }).read(range),
        index,
      },
      {
        what: `tasks, ${field} ${direction}`,
        ask: () => tasksBy({}, { field, direction }).read(range),
        index,
      },
    ]),
  ),
  {
    what: 'the tasks with words of a page of threads',
    ask: () =>
      readTasksOf(server.store.database, ['t7', 't8'], {
        parent: 'thread',
        ...PAGE,
        filter: { ...EVERY_RUN, text: 'title' },
      }),
    index: 'task_thread',
  },
  {
    what: 'the tasks with words of a thread',
    ask: () => tasksBy({ text: 'title', threadId: 't8' }).read(range),
    // Where the account has few runs, Postgres 15 reads those.
    index: /^(task_thread|run_listed_\w+)$/,
  },
  {
    what: 'the tasks with words of a page of sessions',
    ask: () =>
      readTasksOf(server.store.database, ['s1', 's21', 's41'], {
        parent: 'session',
        ...PAGE,
        ownerId: 'u2',
        filter: { ...EVERY_RUN, text: 'title' },
      }),
    index: 'run_session_created',
  },
  {
    what: 'how many runs of all kinds there are',
    ask: () => listRuns(server.store.database, { ...selection, order: NEWEST }).count(),
    index: OF_OWNER,
  },
  ...['counter_pkey', 'counter_change_pkey', 'session_pkey'].map((index) => ({
    what: 'the totals of a page of sessions',
    ask: () => readSessionTotals(server.store.database, ['s1', 's21', 's41']),
    index,
  })),
  ...['counter_pkey', 'counter_change_pkey', 'run_owner_ended'].map((index) => ({
    what: "the totals of an account's tasks",
    ask: () => readTaskTotals(server.store.database, 'u7'),
    index,
  })),
  ...['run_agent_ended', 'run_agent_busy'].map((index) => ({
    what: 'the reports of built-in agents',
    ask: () => readAgentReports(server.store.database, 'u7', ['agent:code', 'agent:test']),
    index,
  })),
  ...['counter_pkey', 'counter_change_pkey'].map((index) => ({
    what: "the number of an account's runs",
    ask: () =>
      sumCounts(server.store.database, 'u7', OF_ACCOUNT, { subject: 'run', names: ['task'], details: null }),
    index,
  })),
  ...[
    'counter_pkey',
    'counter_histogram_pkey',
    'counter_change_pkey',
    'run_search_newest',
    'run_session_created',
  ].map((index) => ({
    what: "an account's analytics",
    ask: () => readAnalytics(server.store.database, { ...WHOLE_ACCOUNT, window: WEEK }),
    index,
  })),
  ...['counter_pkey', 'counter_histogram_pkey', 'counter_change_pkey'].map((index) => ({
    what: 'the analytics of a session',
    ask: () => readAnalytics(server.store.database, { ...WHOLE_ACCOUNT, sessionId: 's6', window: null }),
    index,
  })),
  {
    what: 'the turns of a thread before a run',
    ask: () => readTurns(server.store.database, 't7', 'r6', 101),
    index: 'task_thread',
  },
  {
    what: 'the texts of a page of tasks',
    ask: () =>
      readTexts(server.store.database, 'TokensGenerated', [
        { runId: 'r6', seq: 5 },
        { runId: 'r7', seq: 3 },
      ]),
    index: /^run_text_\d+_\d+_pkey$/,
  },
  {
    what: 'where the text of a task begins',
    ask: () => readTextStart(server.store.database, { runId: 'r7', seq: 5 }),
    index: /^run_event_\d+_\d+_pkey$/,
  },
  {
    what: 'the latest text of a task',
    ask: () => readLatestTextCall(server.store.database, { runId: 'r7', seq: 5 }),
    index: /^run_text_\d+_\d+_pkey$/,
  },
  {
    what: 'the log of a run',
    ask: () => readEvents(server.store.database, 'r7', 2),
    index: /^run_text_\d+_\d+_pkey$/,
  },
  {
    what: 'a run whose text is to be joined',
    ask: () => findTextTicket(server.store.database, 'r7'),
    index: 'text_ticket_pkey',
  },
  {
    what: 'where the attempt of a run begins',
    ask: () => attemptStart(server.store.database, 'r7'),
    index: /^run_event_\d+_\d+_pkey$/,
  },
  {
    what: 'the deletion of the logs of some runs',
    ask: () => deleteLogs(server.store.database.pool as unknown as ClientBase, ['r9', 'none']),
    index: /^run_event_\d+_\d+_pkey$/,
  },
  {
    what: 'the accounts with runs that have expired',
    ask: () => readAccountsAfter(server.store.database, { subject: 'text', days: 7, after: 'u1' }),
    index: 'run_listed_ended',
  },
  ...['run_listed_ended', 'run_parent'].map((index) => ({
    what: 'the lock of runs that have lost what expired',
    ask: () => lockNextExpired(server.store.database.pool, { ownerId: 'u7', subject: 'text', days: 7 }),
    index,
  })),
  ...(
    [
      ['text', /^run_text_\d+_\d+_pkey$/],
      ['events', /^run_event_\d+_\d+_pkey$/],
      ['artifacts', /^artifact_/],
      ['idempotencyKeys', /^idempotency_key_/],
    ] as const
  ).map(([subject, index]) => ({
    what: `the deletion of expired ${subject}`,
    ask: () =>
      removeFrom(server.store.database.pool, subject, { ids: ['r7', 'r27'], months: [FIRST_OF_MONTH] }),
    index,
  })),
  {
    what: 'the next runs that have expired',
    ask: () => readNextExpired(server.store.database.pool, { ownerId: 'u7', days: 7 }),
    index: 'run_listed_ended',
  },
  {
    what: 'what of expired runs nothing needs',
    ask: () => readUnneeded(server.store.database.pool, { ownerId: 'u7', days: 7 }, ['r7', 'r27']),
    index: 'task_thread',
  },
  ...(['session', 'thread', 'integration'] as const).map((table) => ({
    what: `each ${table} for an export`,
    ask: () => exportRows(server.store.database, table, 'u6', new Date(0)).next(),
    index: `${table}_owner_created`,
  })),
  {
    what: 'the runs for an export',
    ask: () => exportRuns(server.store.database, 'u7', new Date(0)).next(),
    index: 'run_search_newest',
  },
  {
    what: 'a page of the logs of some runs',
    ask: () => readEventPages(server.store.database, ['r6', 'r7'], { after: 1, limit: 3, types: null }),
    index: /^run_text_\d+_\d+_pkey$/,
  },
  {
    what: 'who is told of the end of a run',
    ask: () => failRun(server.store, openLease({ id: 'r7', epoch: 9 }), ERROR).catch(() => {}),
    index: 'integration_told',
  },
  {
    what: 'what is due to an integration',
    ask: () => takeDelivery(server.store.database, 'u8', { busy: ['i9'], lostAfterMs: 1000 }),
    index: 'delivery_pending',
  },
  {
    what: 'what is due to it later',
    ask: () => planDeliveries(server.store.database, 'i7', false),
    index: 'delivery_pending',
  },
  {
    what: 'the deliveries of a page of integrations',
    ask: () => readDeliveries(server.store.database, ['i7', 'i8'], range),
    index: 'delivery_integration_created',
  },
  ...['account_usage_pkey', 'usage_change_pkey'].map((index) => ({
    what: 'the quota of an account, inside a transaction',
    ask: () => {
      const { database } = server.store;
      return createQuotas(database, MANY).require('u7', { runs: 1 }, database.pool as unknown as ClientBase);
    },
    index,
  })),
  {
    what: 'the quota of an account',
    ask: () => createQuotas(server.store.database, MANY).read('u7'),
    index: 'usage_change_pkey',
  },
  ...UNFILTERED.map(([what, filter, more]) => ({
    what,
    ask: () => tasksBy(filter).read({ ...range, ...more }),
    index: 'run_search_newest',
  })),
  ...FILTERS.flatMap(([what, filter, more]) =>
    ['run_search_newest', 'run_search_found'].map((index) => ({
      what,
      ask: () => tasksBy(filter).read({ ...range, ...more }),
      index,
    })),
  ),
  ...FILTERS.flatMap(([what, filter]) => [
    { what: `how many ${what}`, ask: () => tasksBy(filter).count(), index: 'run_search_found' },
    {
      what: `${what}, by their cost`,
      ask: () => tasksBy(filter, { field: 'cost', direction: 'desc' }).read(range),
      index: 'run_search_found',
    },
  ]),
  ...(
    [
      ['running', 'run_running'],
      ['queued', 'run_next'],
      ['waiting', 'run_listed_status'],
      ['cancelled', 'run_listed_status'],
    ] as const
  ).flatMap(([status, index]) => [
    {
      what: `tasks that are ${status}`,
      ask: () => tasksBy({ statuses: [status] }).read(range),
      index,
    },
    {
      what: `${status} tasks of some types`,
      ask: () => tasksBy({ statuses: [status], types: ['code'] }).read(range),
      index: status === 'cancelled' ? 'run_search_found' : index,
    },
  ]),
  ...BULK.map(([what, filter]) => ({
    what: `a bulk operation on ${what}`,
    async ask() {
      await server.store.database.pool.query('delete from bulk_batch');
      await server.store.database.pool.query(bulkOf(filter));
    },
    index: '^run_(search_newest|listed_\\w+)$',
  })),
  ...feeds.flatMap(([kind, id, index]) => [
    {
      what: `the catch-up of a feed of one ${kind}`,
      ask: () => {
        const position = { place: '3', runId: '', seq: 0 };
        return readFeed(server.store.database, { kind, id }, { position, received: null, present: null });
      },
      index,
    },
    {
      what: `the news of a feed of one ${kind}`,
      ask: async () =>
        readFeed(server.store.database, { kind, id }, (await presentStart(server.store.database)).progress),
      index,
    },
  ]),
])('$what', ({ ask, index }) => {
  test(`is read by ${index}, and no table is read whole`, async () => {
    for (const nodes of await plansOf(ask)) {
      expect(nodes.map((node) => node['Index Name'])).toContainEqual(expect.stringMatching(index));
      const whole = nodes.filter((node) => node['Node Type'].includes('Seq Scan'));
      const tables = whole.map((node) => node['Relation Name']);
      expect(tables.filter(isFilled)).toEqual([]);
    }
  });
});
