import type { HttpRequest } from '../client/http.ts';
import type { Target } from '../client/tasks.ts';

/** What is measured, as one account sends it. */
export interface Asked {
  what: string;
  request(account: Target): HttpRequest;
}

const graphql = (what: string, query: string): Asked => ({
  what,
  request: ({ url, token }) => ({
    method: 'POST',
    url: `${url}/graphql`,
    body: { query },
    headers: { authorization: `Bearer ${token}` },
  }),
});

const rest = (what: string, path: string): Asked => ({
  what,
  request: ({ url, token }) => ({
    method: 'GET',
    url: `${url}${path}`,
    headers: { authorization: `Bearer ${token}` },
  }),
});

const NODES = 'nodes { id status createdAt }';
const tasks = (more: string, selected = NODES) =>
  graphql(`tasks, ${more}`, `{ tasks(first: 20, ${more}) { ${selected} } }`);
const filtered = (filter: string, more = '') => tasks(`filter: { ${filter} }${more}`);
const totals = (list: string) => graphql(`${list}, totalCount`, `{ ${list} { totalCount } }`);
const runs = (filter: string) =>
  graphql(`runs, ${filter}`, `{ runs(first: 20, filter: { ${filter} }) { ${NODES} } }`);

const LISTS = [
  graphql('tasks', `{ tasks(first: 20) { ${NODES} } }`),
  filtered('statuses: [RUNNING]'),
  filtered('statuses: [CANCELLED]'),
  filtered('types: ["nonexistent"]'),
  filtered('kinds: [TEMPLATE]'),
  tasks('offset: 9000'),
  filtered('types: ["design"]'),
  filtered('models: ["o3"]'),
  filtered('tags: ["rare"]'),
  filtered('errorCodes: [WORKER_LOST]'),
  filtered('templateName: "nightly"'),
  filtered('text: "nonexistent"'),
  filtered('text: "needle"'),
  filtered('text: "even"'),
  filtered('text: "even odd"'),
  filtered('types: ["code"], statuses: [FAILED], text: "even"'),
  filtered('types: ["code"], models: ["gpt-4.1"], tags: ["rare"], text: "even"'),
  filtered('statuses: [CANCELLED]', ', orderBy: { field: COST, direction: ASC }'),
  filtered('types: ["design"], createdAt: { to: "2000-01-01T00:00:00Z" }'),
  runs('types: ["nonexistent"]'),
  runs('statuses: [CANCELLED], text: "needle"'),
  graphql(
    'executions, statuses: [RUNNING]',
    `{ executions(first: 20, filter: { statuses: [RUNNING] }) { ${NODES} } }`,
  ),
  graphql(
    'orchestrations, types: ["nonexistent"]',
    `{ orchestrations(first: 20, filter: { types: ["nonexistent"] }) { ${NODES} } }`,
  ),
  totals('tasks'),
  totals('tasks(filter: { statuses: [FAILED] })'),
  totals('tasks(filter: { types: ["design"] })'),
];

const from = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const analytics = (days: number) =>
  graphql(
    `userAnalytics, ${days} days`,
    `{ userAnalytics(from: "${from(days)}") { cost modelCalls sessions runs { kind total } days { cost } } }`,
  );

const OTHERS = [
  analytics(30),
  analytics(364),
  graphql('systemStatus', '{ systemStatus { condition tasks { total completed } queue { readyRuns } } }'),
  rest('TheMachine, tasks?type=test', '/themachine/api/v1/tasks?type=test'),
  rest('AI Task Orchestra, tasks/status', '/ai-task-orchestra/api/v1/tasks/status'),
  rest('AI Task Orchestra, tasks', '/ai-task-orchestra/api/v1/tasks'),
  rest('AMAS, orchestrator/status', '/amas/api/v1/system/orchestrator/status'),
  rest('AMAS, metrics', '/amas/api/v1/system/metrics'),
  rest('Mini-Devin, sessions', '/mini-devin/api/sessions'),
  graphql(
    'createTask',
    'mutation { createTask(input: { prompt: "Say something.", model: "demo", hold: true }) { task { id } } }',
  ),
  graphql('predictTask', '{ predictTask(input: { type: "code" }) { successProbability } }'),
];

export const ASKED: readonly Asked[] = [...LISTS, ...OTHERS];
