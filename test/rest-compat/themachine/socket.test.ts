import { expect } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import {
  type LegacySocket,
  type Message,
  openLegacySocket,
  refusedUpgrade,
} from '../clients/legacy-socket.ts';
import { type Account, globalIdOf, moment, openAccount } from './account.ts';

const vendor = fixture(startVendor);
const variables = () => ({ OPENAI_BASE_URL: `${vendor.url}/v1` });
const server = fixture(() => startTestServer({ variables: variables() }));
/** Without a worker: what is made there stays as it is. */
const still = fixture(() => startTestServer({ variables: variables(), worker: false }));
const account = fixture(() => openAccount(server));

async function connect(who: Account, at = server): Promise<LegacySocket> {
  const headers = { authorization: `Bearer ${who.client.token}` };
  const socket = await openLegacySocket(at.url, '/themachine/ws', { headers });
  await socket.next(({ type }) => type === 'snapshot');
  return socket;
}

const ASKED = { type: 'code', title: 'Say hello', description: 'Say it in three languages' };
const WORKFLOW = { name: 'One step', steps: [{ id: 'only', task: 'Say hello to {{ input.name }}' }] };
const SLOW = { ...ASKED, model: 'gpt-4o@tokens=5000,itl=20' };

const is = (type: string, id: string) => (message: Message) =>
  message.type === type && message.data.id === id;
const typesOf = (socket: LegacySocket, id: string) =>
  socket.messages.filter(({ data }) => data.id === id).map(({ type }) => type);

/** @returns its id, as this API has it. */
async function slowTask(who: Account): Promise<string> {
  const id = await who.client.createTask(SLOW);
  const document = 'subscription ($id: ID!) { taskEvents(taskId: $id) { __typename } }';
  for await (const { data } of who.client.subscribe(document, { id }))
    if (data.taskEvents.__typename === 'TokensGenerated') break;
  return Buffer.from(id, 'base64url').toString().slice('Task:'.length);
}

const decided: Audit[] = [
  {
    id: 'TM-WS-D1',
    fact: 'the first message is connected, the second a snapshot of what is in progress: type, data, timestamp',
    check: async () => {
      const who = await openAccount(server);
      const id = await slowTask(who);
      const socket = await connect(who);
      expect(socket.messages.slice(0, 2)).toEqual([
        { type: 'connected', data: { message: 'Connection established' }, timestamp: moment },
        {
          type: 'snapshot',
          data: { tasks: [{ ...(await who.get(`/tasks/${id}`)), progress: 0 }], executions: [] },
          timestamp: moment,
        },
      ]);
      await socket.close();
      await who.ask('DELETE', `/tasks/${id}`);
    },
  },
  {
    id: 'TM-WS-D2',
    fact: 'a task is told of from its making to its end, each time as GET shows it',
    check: async () => {
      const socket = await connect(account);
      const { id } = await account.post('/tasks', ASKED);
      const { data } = await socket.next(is('task_completed', id));
      const [first] = socket.messages.filter((message) => message.data.id === id);
      expect(typesOf(socket, id)).toEqual([
        'task_created',
        'task_started',
        'task_progress',
        'task_completed',
      ]);
      expect(data).toEqual(await account.get(`/tasks/${id}`));
      expect(first).toEqual({
        type: 'task_created',
        data: expect.objectContaining(ASKED),
        timestamp: moment,
      });
      await socket.close();
    },
  },
  {
    id: 'TM-WS-D3',
    fact: 'an execution is told of from its making to its end, each time as GET shows it',
    check: async () => {
      const socket = await connect(account);
      const workflow = await account.post('/orchestration/workflows', WORKFLOW);
      const { id } = await account.post('/orchestration/executions', {
        workflow_id: workflow.id,
        input_data: { name: 'Ann' },
      });
      const { data } = await socket.next(is('execution_completed', id));
      const types = typesOf(socket, id);
      expect([types[0], types[1], types.at(-1)]).toEqual([
        'execution_created',
        'execution_started',
        'execution_completed',
      ]);
      expect(data).toEqual(await account.get(`/orchestration/executions/${id}`));
      await socket.close();
    },
  },
  {
    id: 'TM-WS-D4',
    fact: 'progress never falls, and is 1 in the end',
    check: async () => {
      const socket = await connect(account);
      const { id } = await account.post('/tasks', ASKED);
      await socket.next(is('task_completed', id));
      const told = socket.messages.filter(({ data }) => data.id === id).map(({ data }) => data.progress);
      expect(told).toEqual(told.toSorted());
      expect(told.at(-1)).toBe(1);
      await socket.close();
    },
  },
  {
    id: 'TM-WS-D5',
    fact: 'a task that fails or is cancelled is task_failed; an execution that is cancelled is execution_cancelled',
    check: async () => {
      const who = await openAccount(still);
      const socket = await connect(who, still);
      const task = await who.post('/tasks', ASKED);
      await who.patch(`/tasks/${task.id}`, { status: 'failed' });
      expect((await socket.next(is('task_failed', task.id))).data.status).toBe('failed');
      const cancelled = await who.post('/tasks', ASKED);
      await who.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { __typename } }', {
        id: globalIdOf('Task', cancelled.id),
      });
      expect((await socket.next(is('task_failed', cancelled.id))).data.error).toBe('it was cancelled');
      const { id: workflow_id } = await who.post('/orchestration/workflows', WORKFLOW);
      const { id } = await who.post('/orchestration/executions', { workflow_id });
      await who.post(`/orchestration/executions/${id}/cancel`);
      expect((await socket.next(is('execution_cancelled', id))).data.status).toBe('cancelled');
      await socket.close();
    },
  },
  {
    id: 'TM-WS-D6',
    fact: "another account's tasks are not told of",
    check: async () => {
      const [ann, bob] = [await openAccount(still), await openAccount(still)];
      const socket = await connect(ann, still);
      await bob.post('/tasks', ASKED);
      const { id } = await ann.post('/tasks', ASKED);
      await socket.next(is('task_created', id));
      expect(socket.messages.map(({ type }) => type)).toEqual(['connected', 'snapshot', 'task_created']);
      await socket.close();
    },
  },
  {
    id: 'TM-WS-D7',
    fact: 'unsubscribe mutes a task, subscribe brings it back; both tell how it is now',
    check: async () => {
      const who = await openAccount(still);
      const socket = await connect(who, still);
      const { id } = await who.post('/tasks', ASKED);
      await socket.next(is('task_created', id));
      socket.send({ type: 'unsubscribe', task_id: id });
      const told = await who.get(`/tasks/${id}`);
      const muted = await socket.next(is('unsubscribed', id));
      expect(muted).toEqual({ type: 'unsubscribed', data: told, timestamp: moment });
      await who.patch(`/tasks/${id}`, { status: 'completed' });
      const other = await who.post('/tasks', ASKED);
      await socket.next(is('task_created', other.id));
      expect(typesOf(socket, id)).toEqual(['task_created', 'unsubscribed']);
      socket.send({ type: 'subscribe', task_id: id });
      expect((await socket.next(is('subscribed', id))).data.status).toBe('completed');
      await socket.close();
    },
  },
  {
    id: 'TM-WS-D8',
    fact: 'subscribe and unsubscribe take an execution, too',
    check: async () => {
      const who = await openAccount(still);
      const { id: workflow_id } = await who.post('/orchestration/workflows', WORKFLOW);
      const { id } = await who.post('/orchestration/executions', { workflow_id });
      const socket = await connect(who, still);
      socket.send({ type: 'unsubscribe', execution_id: id });
      await socket.next(is('unsubscribed', id));
      await who.post(`/orchestration/executions/${id}/cancel`);
      socket.send({ type: 'subscribe', execution_id: id });
      expect((await socket.next(is('subscribed', id))).data.status).toBe('cancelled');
      expect(typesOf(socket, id)).toEqual(['unsubscribed', 'subscribed']);
      await socket.close();
    },
  },
  {
    id: 'TM-WS-D9',
    fact: 'ping is answered by pong',
    check: async () => {
      const socket = await connect(account);
      socket.send({ type: 'ping' });
      expect(await socket.next(({ type }) => type === 'pong')).toEqual({
        type: 'pong',
        data: {},
        timestamp: moment,
      });
      await socket.close();
    },
  },
  {
    id: 'TM-WS-D10',
    fact: 'a bad message gets an error message, and the socket stays open',
    check: async () => {
      const socket = await connect(account);
      const cases: [unknown, string][] = [
        ['no JSON', 'message: is not valid JSON'],
        [[], 'message: must be a JSON object'],
        [{ type: 'dance' }, 'type: must be one of subscribe, unsubscribe, ping'],
        [{ type: 'subscribe' }, 'task_id: give either task_id or execution_id'],
        [{ type: 'subscribe', task_id: 5 }, 'task_id: must be text'],
        [{ type: 'subscribe', task_id: 'task-123' }, 'there is no such task'],
        [{ type: 'unsubscribe', execution_id: 'x' }, 'id: there is no such execution'],
      ];
      for (const [message, detail] of cases) {
        socket.send(message);
        const error = await socket.next(({ type, data }) => type === 'error' && data.detail === detail);
        expect(error).toEqual({ type: 'error', data: { detail }, timestamp: moment });
      }
      socket.send({ type: 'ping' });
      await socket.next(({ type }) => type === 'pong');
      await socket.close();
    },
  },
  {
    id: 'TM-WS-D11',
    fact: 'no token and a bad one are refused with 401 and the body of the document',
    check: async () => {
      for (const [path, headers] of [
        ['/themachine/ws', {}],
        ['/themachine/ws?token=bad', {}],
        ['/themachine/ws', { authorization: 'Bearer bad' }],
      ] as const) {
        const { status, body } = await refusedUpgrade(server.url, path, { headers });
        expect({ status, body }).toEqual({ status: 401, body: { detail: expect.any(String) } });
      }
    },
  },
  {
    id: 'TM-WS-D12',
    fact: '?token= does as well as the Authorization header',
    check: async () => {
      const socket = await openLegacySocket(server.url, `/themachine/ws?token=${account.client.token}`);
      await socket.next(({ type }) => type === 'snapshot');
      await socket.close();
    },
  },
];

runAudits('TheMachine, its socket', decided);
