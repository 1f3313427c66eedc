import { print } from 'graphql';
import { taskEndpoints } from '../../src/rest-compat/mini-devin/task-endpoints.ts';
import { globalIdOf } from '../../src/rest-compat/shapes/output.ts';
import type { HttpRequest } from '../client/http.ts';
import type { Target } from '../client/tasks.ts';
import { fillHistory, HISTORY_SESSION, HISTORY_TASK, HISTORY_USER } from '../history.ts';
import { quantile } from '../measure/quantile.ts';
import { interleave } from '../measure/rounds.ts';
import type { Answers } from '../processes/load.ts';
import type { Line } from '../report.ts';
import { newAccount } from '../server.ts';
import type { Stage } from '../stage.ts';
import type { Row } from './row.ts';

const CLIENTS = 50;

export const dialects: Row = {
  title: `documented response times of AMAS and OrchestrateX, and REST against GraphQL, ${CLIENTS} clients at once`,
  async run(stage) {
    const shared = await stage.polyphony();
    const account = { ...shared, ...(await newAccount(shared, 'history')) };
    await fillHistory(account.databaseUrl, account.ownerId);
    return [...(await measureDocumented(stage, account)), ...(await compareWithGraphql(stage, account))];
  },
};

const ask = (stage: Stage, request: HttpRequest): Promise<Answers> =>
  stage.during(`${request.method} ${new URL(request.url).pathname}`, () =>
    stage.load.call('ask', { ...request, lanes: CLIENTS, seconds: 1 }),
  );

interface Documented {
  what: string;
  /** Milliseconds that the document promises. */
  most: number;
  request: HttpRequest;
}

async function measureDocumented(stage: Stage, account: Target): Promise<Line[]> {
  const all = [...(await ofAmas(account)), ...ofOrchestrateX(account)];
  const times = all.map((): number[] => []);
  // The first round is for the compiler.
  for (let round = 0; round <= (stage.quick ? 3 : 9); round += 1) {
    for (const [index, { request }] of all.entries()) {
      const { milliseconds } = await ask(stage, request);
      if (round > 0) times[index]!.push(quantile(milliseconds, 0.99));
    }
  }
  return all.map(({ what, most }, index) => ({
    what: `${what}, p99`,
    unit: 'ms',
    ours: times[index]!,
    baseline: [],
    comparison: 'ratio',
    target: { of: 'ours', bound: 'most', value: most },
  }));
}

async function ofAmas(account: Target): Promise<Documented[]> {
  const { get, post } = requests({ ...account, url: `${account.url}/amas/api/v1` });
  const [agent] = await answerOf<{ id: string }[]>(get('/agents'));
  const task = {
    title: 'Security Scan',
    description: 'Scan example.com for vulnerabilities',
    task_type: 'security_scan',
    target: 'example.com',
    priority: 5,
    parameters: {},
  };
  return [
    { what: 'AMAS, health', most: 50, request: get('/system/health') },
    { what: 'AMAS, status of an agent', most: 100, request: get(`/agents/${agent!.id}`) },
    { what: 'AMAS, create a task', most: 200, request: post('/tasks', task) },
    { what: 'AMAS, system metrics', most: 150, request: get('/system/metrics') },
  ];
}

function ofOrchestrateX(account: Target): Documented[] {
  const { get, post } = requests({ ...account, url: `${account.url}/orchestratex/api` });
  const session = {
    user_id: HISTORY_USER,
    max_iterations: 5,
    settings: { preferred_models: ['gpt4'], cost_limit: 10 },
  };
  const user = encodeURIComponent(HISTORY_USER);
  return [
    { what: 'OrchestrateX, get a session', most: 100, request: get(`/sessions/${HISTORY_SESSION}`) },
    { what: 'OrchestrateX, create a session', most: 100, request: post('/sessions/', session) },
    {
      what: 'OrchestrateX, analytics of a session',
      most: 500,
      request: get(`/analytics/session/${HISTORY_SESSION}`),
    },
    { what: 'OrchestrateX, analytics of a user', most: 500, request: get(`/analytics/user/${user}`) },
  ];
}

function requests({ url, token }: Target) {
  const headers = { authorization: `Bearer ${token}` };
  return {
    get: (path: string): HttpRequest => ({ method: 'GET', url: `${url}${path}`, headers }),
    post: (path: string, body: unknown): HttpRequest => ({
      method: 'POST',
      url: `${url}${path}`,
      body,
      headers,
    }),
  };
}

/** What the dialect's own document costs when a client sends it to GraphQL. */
async function compareWithGraphql(stage: Stage, account: Target): Promise<Line[]> {
  const { get, post } = requests(account);
  const { document } = taskEndpoints.find(
    ({ method, path }) => `${method} ${path}` === 'GET /api/tasks/{task_id}',
  )!;
  const variables = { id: globalIdOf('Task', HISTORY_TASK) };
  const rest = get(`/mini-devin/api/tasks/${HISTORY_TASK}`);
  const graphql = post('/graphql', { query: print(document), variables });
  await expectSame(rest, graphql);
  const [ours, baseline] = [rest, graphql].map((request) => () => ask(stage, request));
  await interleave(1, ours!, baseline!);
  const rounds = await interleave(stage.quick ? 3 : 9, ours!, baseline!);
  const line = (what: string, unit: string, read: (answers: Answers) => number): Line => ({
    what: `Mini-Devin, get a task, over its GraphQL document, ${what}`,
    unit,
    ours: rounds.ours.map(read),
    baseline: rounds.baseline.map(read),
    comparison: 'ratio',
  });
  return [
    line('requests', '/s', ({ perSecond }) => perSecond),
    line('p50', 'ms', ({ milliseconds }) => quantile(milliseconds, 0.5)),
  ];
}

/** Whoever answered less would win. */
async function expectSame(rest: HttpRequest, graphql: HttpRequest): Promise<void> {
  const { result } = await answerOf<Shown>(rest);
  const { data } = await answerOf<{ data: { task: Shown } }>(graphql);
  if (result.output === undefined || result.output !== data.task.result.output)
    throw new Error(`the tasks differ: ${JSON.stringify([result, data])}`);
}

interface Shown {
  result: { output?: string };
}

async function answerOf<Body>({ method, url, body, headers }: HttpRequest): Promise<Body> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    body: body === undefined ? null : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${await response.text()}`);
  return (await response.json()) as Body;
}
