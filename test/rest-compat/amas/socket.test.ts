import { expect } from 'vitest';
import { call, createScripts, startAgent } from '../../agents/script.ts';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { runIdOf } from '../../harness/lease.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { type LegacySocket, type Message, openLegacySocket } from '../clients/legacy-socket.ts';

const MOMENT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());
const scripts = createScripts(vendor);

async function connect(client = ann): Promise<LegacySocket> {
  const socket = await openLegacySocket(server.url, `/amas/ws?token=${client.token}`);
  await socket.next(({ event }) => event === 'connected');
  return socket;
}

const ofTask = (messages: Message[], id: string): Message[] =>
  messages.filter((message) => message.data.task_id === runIdOf(id));
const names = (messages: Message[]): string[] => messages.map(({ event }) => event);
const is = (event: string, id: string) => (message: Message) =>
  message.event === event && message.data.task_id === runIdOf(id);
const percentages = (messages: Message[]): number[] =>
  messages.filter(({ event }) => event === 'task_progress').map((message) => message.data.percentage);
const hold = (model = 'gpt-4o@tokens=5') => ann.createTask({ prompt: 'x', model, hold: true });

async function execute(id: string): Promise<void> {
  data(await ann.query('mutation ($id: ID!) { executeTask(input: { id: $id }) { __typename } }', { id }));
}

/** A task that has come as far as half of its plan and waits for a person. */
async function startHalf(): Promise<string> {
  const half = [
    { id: 'a', description: 'A', status: 'completed' },
    { id: 'b', description: 'B', status: 'pending' },
  ];
  const ask = call('ask_user', { question: 'Proceed?' });
  return startAgent(ann, scripts.model([call('update_plan', { steps: half }), ask, { text: 'done' }]));
}

async function answer(id: string): Promise<void> {
  const document = 'mutation ($id: ID!) { provideTaskInput(input: { id: $id, text: "yes" }) { __typename } }';
  data(await ann.query(document, { id }));
}

const WHOLE = ['task_created', 'task_execution_started', 'task_progress', 'task_progress', 'task_completed'];

const documented: Audit[] = [
  {
    id: 'AM-WS-1',
    fact: 'connected: first of all',
    check: async () => {
      const socket = await connect(await server.newUser());
      expect(socket.messages).toEqual([
        { event: 'connected', data: { message: 'Connection established' }, timestamp: MOMENT },
      ]);
      await socket.close();
    },
  },
  {
    id: 'AM-WS-2',
    fact: 'task_created, task_execution_started, task_progress {percentage 0-100}, task_completed',
    check: async () => {
      const socket = await connect();
      const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5' });
      await socket.next(is('task_completed', id));
      const told = ofTask(socket.messages, id);
      expect(names(told)).toEqual(WHOLE);
      expect(percentages(told)).toEqual([0, 100]);
      expect(told[0]).toEqual({
        event: 'task_created',
        data: { task_id: runIdOf(id), title: null, status: 'pending' },
        timestamp: MOMENT,
      });
      expect(told.at(-1)!.data).toEqual({ task_id: runIdOf(id), status: 'completed' });
      await socket.close();
    },
  },
  {
    id: 'AM-WS-3',
    fact: 'agent_started when an agent begins its work, agent_completed when it finishes',
    check: async () => {
      const socket = await connect();
      const id = await startAgent(ann, scripts.model([{ text: 'done' }]));
      await socket.next(is('task_completed', id));
      const told = ofTask(socket.messages, id);
      const agents = told.filter(({ event }) => event.startsWith('agent_'));
      expect(names(agents)).toEqual(['agent_started', 'agent_completed']);
      expect(agents[0]!.data).toEqual({
        task_id: runIdOf(id),
        agent_id: expect.any(String),
        agent_name: expect.any(String),
      });
      expect(names(told).indexOf('agent_started')).toBeGreaterThan(
        names(told).indexOf('task_execution_started'),
      );
      expect(names(told).at(-1)).toBe('task_completed');
      await socket.close();
    },
  },
  {
    id: 'AM-WS-4',
    fact: 'task_failed: with what went wrong',
    check: async () => {
      const socket = await connect();
      const id = await ann.createTask({ prompt: 'x', model: scripts.model([]) });
      const failed = await socket.next(is('task_failed', id));
      expect(failed.data).toEqual({
        task_id: runIdOf(id),
        status: 'failed',
        error: expect.any(String),
        error_code: 'PROVIDER_BAD_REQUEST',
      });
      await socket.close();
    },
  },
  {
    id: 'AM-WS-5',
    fact: 'ping: answered by heartbeat',
    check: async () => {
      const socket = await connect();
      socket.send({ command: 'ping' });
      const beat = await socket.next(({ event }) => event === 'heartbeat');
      expect(beat).toEqual({ event: 'heartbeat', data: {}, timestamp: MOMENT });
      await socket.close();
    },
  },
  {
    id: 'AM-WS-6',
    fact: 'subscribe_task: tells a task from its beginning, and then what comes',
    check: async () => {
      const ended = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5' });
      await ann.events(ended);
      const held = await hold();
      const socket = await connect();
      for (const id of [ended, held]) socket.send({ command: 'subscribe_task', task_id: runIdOf(id) });
      await socket.next(is('task_created', held));
      expect(names(ofTask(socket.messages, ended))).toEqual(WHOLE);
      await execute(held);
      await socket.next(is('task_completed', held));
      expect(names(ofTask(socket.messages, held))).toEqual(WHOLE);
      await socket.close();
    },
  },
  {
    id: 'AM-WS-7',
    fact: 'unsubscribe_task: mutes that task, and no other',
    check: async () => {
      const [muted, other] = [await hold(), await hold()];
      const socket = await connect();
      socket.send({ command: 'unsubscribe_task', task_id: runIdOf(muted) });
      socket.send({ command: 'ping' });
      await socket.next(({ event }) => event === 'heartbeat');
      await execute(muted);
      await ann.events(muted);
      await execute(other);
      await socket.next(is('task_completed', other));
      expect(ofTask(socket.messages, muted)).toEqual([]);
      await socket.close();
    },
  },
];

const decided: Audit[] = [
  {
    id: 'AM-WS-D1',
    fact: 'a percentage starts at 0, never falls, and ends at 100',
    check: async () => {
      const watching = await connect();
      const id = await startHalf();
      await watching.next(({ data }) => data.percentage === 50);
      await answer(id);
      await watching.next(is('task_completed', id));
      expect(percentages(ofTask(watching.messages, id))).toEqual([0, 50, 100]);
      await watching.close();
    },
  },
  {
    id: 'AM-WS-D7',
    fact: 'task_created has the title, live and told again',
    check: async () => {
      const watching = await connect();
      const id = await ann.createTask({ title: 'Security Scan', model: 'gpt-4o@tokens=5', hold: true });
      const live = await watching.next(is('task_created', id));
      expect(live.data).toEqual({ task_id: runIdOf(id), title: 'Security Scan', status: 'pending' });
      const late = await connect();
      late.send({ command: 'subscribe_task', task_id: runIdOf(id) });
      expect(await late.next(is('task_created', id))).toEqual(live);
      await Promise.all([watching.close(), late.close()]);
    },
  },
  {
    id: 'AM-WS-D2',
    fact: 'a running task is shown to who connects',
    check: async () => {
      const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=2000,itl=20' });
      for await (const payload of ann.subscribe(
        'subscription ($id: ID!) { taskEvents(taskId: $id) { __typename } }',
        { id },
      )) {
        if (data(payload).taskEvents.__typename === 'TokensGenerated') break;
      }
      const socket = await connect();
      expect((await socket.next(is('task_progress', id))).data.percentage).toBe(0);
      await ann.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { __typename } }', { id });
      expect((await socket.next(is('task_failed', id))).data).toMatchObject({
        status: 'cancelled',
        error_code: 'TASK_CANCELLED',
      });
      await socket.close();
    },
  },
  {
    id: 'AM-WS-D3',
    fact: 'subscribe_task repeats nothing that was told, however often and whenever it comes',
    check: async () => {
      const id = await hold();
      const socket = await connect();
      const subscribe = () => socket.send({ command: 'subscribe_task', task_id: runIdOf(id) });
      await execute(id);
      for (let times = 0; times < 20; times += 1) subscribe();
      await socket.next(is('task_completed', id));
      await socket.next(is('task_created', id));
      subscribe();
      socket.send({ command: 'ping' });
      await socket.next(({ event }) => event === 'heartbeat');
      expect(names(ofTask(socket.messages, id)).toSorted()).toEqual(WHOLE.toSorted());
      await socket.close();
    },
  },
  {
    id: 'AM-WS-D4',
    fact: 'subscribe_task tells what happened while a task was muted',
    check: async () => {
      const socket = await connect();
      const id = await hold();
      await socket.next(is('task_created', id));
      socket.send({ command: 'unsubscribe_task', task_id: runIdOf(id) });
      socket.send({ command: 'ping' });
      await socket.next(({ event }) => event === 'heartbeat');
      await execute(id);
      await ann.events(id);
      socket.send({ command: 'subscribe_task', task_id: runIdOf(id) });
      await socket.next(is('task_completed', id));
      expect(names(ofTask(socket.messages, id))).toEqual(WHOLE);
      await socket.close();
    },
  },
  {
    id: 'AM-WS-D5',
    fact: 'a task that is tried again goes on: nothing falls, nothing is told twice',
    check: async () => {
      const socket = await connect();
      const model = scripts.model([]);
      const id = await ann.createTask({ prompt: 'x', model });
      await socket.next(is('task_failed', id));
      vendor.scripts.set(model, [{ text: 'now' }]);
      data(await ann.query('mutation ($id: ID!) { retryTask(input: { id: $id }) { __typename } }', { id }));
      await socket.next(is('task_completed', id));
      const told = ofTask(socket.messages, id);
      expect(names(told)).toEqual([...WHOLE.slice(0, 3), 'task_failed', ...WHOLE.slice(3)]);
      expect(percentages(told)).toEqual([0, 100]);
      await socket.close();
    },
  },
  {
    id: 'AM-WS-D6',
    fact: 'nobody hears of the tasks of another account',
    check: async () => {
      const bob = await connect(await server.newUser());
      const socket = await connect();
      const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5' });
      await socket.next(is('task_completed', id));
      bob.send({ command: 'subscribe_task', task_id: runIdOf(id) });
      await bob.next(({ data }) => data.error_code === 'TASK_NOT_FOUND');
      expect(names(bob.messages)).toEqual(['connected', 'error']);
      await Promise.all([bob.close(), socket.close()]);
    },
  },
];

runAudits('documented', documented);
runAudits('decided', decided);
