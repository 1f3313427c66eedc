import { setTimeout as wait } from 'node:timers/promises';
import type { HttpRequest } from '../client/http.ts';
import { cpuOf } from '../measure/cpu.ts';
import { interleave } from '../measure/rounds.ts';
import { query } from '../postgres.ts';
import type { BareListCommands } from '../processes/bare-list.ts';
import { newAccount, POOL_MAX, type Server } from '../server.ts';
import type { Stage } from '../stage.ts';
import type { Row } from './row.ts';

const FIRST = 20;
/** Enough for the page to be a small part of it. */
const TASKS = 500;
/** Answers of an ordinary length, which the list does not show. */
const MODEL = 'demo@tokens=200,itl=0';
const LANES = 32;

const QUERY = `query ($first: Int) { tasks(first: $first) { nodes {
  id status prompt model progress createdAt endedAt
  modelCalls { id provider status inputTokens outputTokens cost } } } }`;

export const list: Row = {
  title: '20 tasks with their model calls, against one hand-written join behind Fastify',
  async run(stage) {
    const shared = await stage.polyphony();
    const server = { ...shared, ...(await newAccount(shared, 'list')) };
    await seed(stage, server);
    const bare = stage.fork<BareListCommands>('bare-list.ts');
    const bareUrl = await bare.call('start', { databaseUrl: server.databaseUrl, poolMax: POOL_MAX });
    const headers = { authorization: `Bearer ${server.token}` };
    const graphql: HttpRequest = {
      method: 'POST',
      url: `${server.url}/graphql`,
      body: { query: QUERY, variables: { first: FIRST } },
      headers,
    };
    const join: HttpRequest = {
      method: 'POST',
      url: `${bareUrl}/tasks`,
      body: { ownerId: server.ownerId, first: FIRST },
      headers: {},
    };
    await expectSame(graphql, join);
    const ours = () => stage.during('row 4', () => ask(stage, server.pid, graphql));
    const baseline = () => ask(stage, bare.pid, join);
    await interleave(1, ours, baseline);
    const rounds = await interleave(stage.quick ? 2 : 5, ours, baseline);
    const line = (what: string, unit: string, read: (figures: Figures) => number) => ({
      what: `${what}, ${LANES} connections`,
      unit,
      ours: rounds.ours.map(read),
      baseline: rounds.baseline.map(read),
      comparison: 'ratio' as const,
    });
    return [
      {
        ...line('list of 20 tasks with their calls', '/s', ({ perSecond }) => perSecond),
        target: { of: 'comparison', bound: 'least', value: 0.6 },
      },
      line('CPU of the process per list', 'µs', ({ cpu }) => cpu),
    ];
  },
};

interface Figures {
  perSecond: number;
  cpu: number;
}

async function ask(stage: Stage, pid: number, request: HttpRequest): Promise<Figures> {
  const seconds = stage.quick ? 1 : 2;
  const before = cpuOf(pid);
  const { perSecond } = await stage.load.call('ask', { ...request, lanes: LANES, seconds });
  return { perSecond, cpu: (cpuOf(pid) - before) / (perSecond * seconds) };
}

async function seed(stage: Stage, server: Server): Promise<void> {
  await stage.load.call('createTasks', { ...server, lanes: LANES, count: TASKS, model: MODEL });
  const text = `select exists (select from run where owner_id = $1 and status <> 'completed') as found`;
  const hasUnfinished = async () =>
    (await query<{ found: boolean }>(server.databaseUrl, text, [server.ownerId]))[0]!.found;
  while (await hasUnfinished()) await wait(50);
  await query(server.databaseUrl, 'analyze');
}

/** Whoever answered less would win. */
async function expectSame(graphql: HttpRequest, join: HttpRequest): Promise<void> {
  const [ours, theirs] = await Promise.all([graphql, join].map(fetchTasks));
  const shapes = [ours!, theirs!].map((tasks) => JSON.stringify(tasks.map(comparable)));
  if (ours!.length !== FIRST || shapes[0] !== shapes[1])
    throw new Error(`the lists differ: ${shapes.join('\n')}`);
}

interface AnsweredTask {
  createdAt: string;
  prompt: string;
  modelCalls: { id: string; outputTokens: number }[];
}

async function fetchTasks({ url, body, headers }: HttpRequest): Promise<AnsweredTask[]> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const { data } = (await response.json()) as { data: { tasks: AnsweredTask[] | { nodes: AnsweredTask[] } } };
  return Array.isArray(data.tasks) ? data.tasks : data.tasks.nodes;
}

/** Ids are global in GraphQL and local in a table, and so are the words of an enum. */
const comparable = ({ createdAt, prompt, modelCalls }: AnsweredTask) => [
  createdAt,
  prompt,
  modelCalls.map(({ outputTokens }) => outputTokens),
];
