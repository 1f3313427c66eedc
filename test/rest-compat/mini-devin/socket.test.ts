import { expect } from 'vitest';
import { call, createScripts, startAgent } from '../../agents/script.ts';
import { fixture } from '../../harness/fixture.ts';
import { runIdOf } from '../../harness/lease.ts';
import { startTestServer } from '../../harness/server.ts';
import { answerText, startVendor } from '../../harness/vendor/server.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import {
  type LegacySocket,
  type Message,
  openLegacySocket,
  refusedUpgrade,
} from '../clients/legacy-socket.ts';

const MOMENT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, SANDBOX: 'none' },
  }),
);
const ann = fixture(() => server.newUser());
const scripts = createScripts(vendor);

const follow = (id: string, more = ''): Promise<LegacySocket> =>
  openLegacySocket(server.url, `/mini-devin/ws/tasks/${runIdOf(id)}?token=${ann.token}${more}`);

/** All that the socket of a task says, to its end. */
async function replay(id: string, more = ''): Promise<Message[]> {
  const socket = await follow(id, more);
  expect((await socket.closed).code).toBe(1000);
  return socket.messages;
}

const ofType = (messages: Message[], type: string) => messages.filter((message) => message.type === type);
const status = (word: string, message: unknown) => ({
  type: 'status',
  status: word,
  message,
  timestamp: MOMENT,
});

/** The first message of each connection. */
const WHOLE = status(
  'running',
  expect.stringMatching(/^The whole task follows from its beginning: .* is \d+$/),
);

const documented: Audit[] = [
  {
    id: 'MD-WS-1',
    fact: 'token {content, timestamp}: the text of the task, piece by piece',
    check: async () => {
      const socket = await follow(await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=50,itl=2' }));
      await socket.closed;
      const tokens = ofType(socket.messages, 'token');
      expect(tokens[0]).toEqual({ type: 'token', content: expect.any(String), timestamp: MOMENT });
      expect(tokens.map(({ content }) => content).join('')).toBe(answerText(50));
    },
  },
  {
    id: 'MD-WS-2',
    fact: 'tool_call {tool, input, timestamp} and tool_result {tool, output, success, timestamp}',
    check: async () => {
      const calls = [call('terminal', { command: 'echo 1 passed' }), call('terminal', { command: 'exit 3' })];
      const messages = await replay(await startAgent(ann, scripts.model([...calls, { text: 'done' }])));
      expect(ofType(messages, 'tool_call')).toEqual(
        ['echo 1 passed', 'exit 3'].map((command) => ({
          type: 'tool_call',
          tool: 'terminal',
          input: { command },
          timestamp: MOMENT,
        })),
      );
      const result = { type: 'tool_result', tool: 'terminal', timestamp: MOMENT };
      expect(ofType(messages, 'tool_result')).toEqual([
        { ...result, output: expect.stringContaining('1 passed'), success: true },
        { ...result, output: expect.any(String), success: expect.any(Boolean) },
      ]);
    },
  },
  {
    id: 'MD-WS-3',
    fact: 'plan_update {plan: {steps: [{id, description, status}]}, timestamp}',
    check: async () => {
      const steps = [
        { id: 'step-1', description: 'Read the failing test', status: 'completed' },
        { id: 'step-2', description: 'Fix the assertion', status: 'in_progress' },
      ];
      const messages = await replay(
        await startAgent(ann, scripts.model([call('update_plan', { steps }), { text: 'done' }])),
      );
      expect(ofType(messages, 'plan_update').at(-1)).toEqual({
        type: 'plan_update',
        plan: { steps },
        timestamp: MOMENT,
      });
    },
  },
  {
    id: 'MD-WS-4',
    fact: 'status {status, message, timestamp}: completed ends the socket',
    check: async () => {
      const messages = await replay(await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5' }));
      expect(messages.slice(0, 2)).toEqual([WHOLE, status('running', 'Task started')]);
      expect(messages.at(-1)).toEqual(status('completed', 'Task completed successfully'));
    },
  },
  {
    id: 'MD-WS-5',
    fact: 'error {error, code, timestamp}: MAX_ITERATIONS_REACHED, and the status failed',
    check: async () => {
      const model = scripts.model(Array.from({ length: 9 }, () => call('list_files', {})));
      const agent = `mutation { createAgent(input: { name: "short", limits: { maxIterations: 2 } }) { agent { id } } }`;
      const made = await ann.query(agent);
      const agentId = made.data?.createAgent.agent.id;
      const messages = await replay(await startAgent(ann, model, { agentId }));
      expect(messages.slice(-2)).toEqual([
        { type: 'error', error: expect.any(String), code: 'MAX_ITERATIONS_REACHED', timestamp: MOMENT },
        status('failed', expect.any(String)),
      ]);
    },
  },
  {
    id: 'MD-WS-6',
    fact: 'stop: ends the task, and with it the socket',
    check: async () => {
      const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5000,itl=20' });
      const socket = await follow(id);
      await socket.next(({ type }) => type === 'token');
      socket.send({ type: 'stop' });
      expect((await socket.closed).code).toBe(1000);
      expect(socket.messages.at(-1)).toEqual(status('stopped', 'Task stopped'));
      expect((await ann.task(id)).status).toBe('CANCELLED');
    },
  },
  {
    id: 'MD-WS-7',
    fact: 'input {content}: answers what the agent asked',
    check: async () => {
      const model = scripts.model([call('ask_user', { question: 'Proceed?' }), { text: 'I did' }]);
      const socket = await follow(await startAgent(ann, model));
      await socket.next(({ message }) => message === 'Proceed?');
      socket.send({ type: 'input', content: 'Yes, proceed with the changes' });
      await socket.closed;
      expect(socket.messages.at(-1)).toMatchObject({ status: 'completed' });
      expect(JSON.stringify(scripts.asked(model).at(-1))).toContain('Yes, proceed with the changes');
    },
  },
];

const decided: Audit[] = [
  {
    id: 'MD-WS-D1',
    fact: 'who comes later, or comes back, is told all from the beginning, alike',
    check: async () => {
      const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=200,itl=5' });
      const first = await follow(id);
      await first.next(({ type }) => type === 'token');
      const second = await follow(id);
      await Promise.all([first.closed, second.closed]);
      expect(second.messages.slice(1)).toEqual(first.messages.slice(1));
      expect((await replay(id)).slice(1)).toEqual(first.messages.slice(1));
    },
  },
  {
    id: 'MD-WS-D4',
    fact: 'the first message says where the stream stands: a client that reconnects can discard what it had',
    check: async () => {
      const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=200,itl=5' });
      const first = await follow(id);
      await first.next(({ type }) => type === 'token');
      first.raw.terminate();
      const again = await follow(id);
      await again.closed;
      expect([first.messages[0], again.messages[0]]).toEqual([WHOLE, WHOLE]);
      const text = ofType(again.messages, 'token').map(({ content }) => content);
      expect(text.join('')).toBe(answerText(200));
    },
  },
  {
    id: 'MD-WS-D5',
    fact: '?after= numbers the messages, and continues after the last that was received',
    check: async () => {
      const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=200,itl=5' });
      const first = await follow(id, '&after=0');
      await first.next(({ type }) => type === 'token');
      first.raw.terminate();
      await first.closed;
      const { seq } = first.messages.at(-1);
      const rest = await replay(id, `&after=${seq}`);
      expect(rest[0]).toEqual({
        ...status(
          'running',
          expect.stringMatching(`^Continued after event ${seq}; the last event so far is`),
        ),
        seq,
      });
      expect(rest[1].seq).toBeGreaterThan(seq);
      const text = ofType([...first.messages, ...rest], 'token').map(({ content }) => content);
      expect(text.join('')).toBe(answerText(200));
      const numbers = [...first.messages, ...rest.slice(1)].map((message) => message.seq);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect((await replay(id)).some((message) => 'seq' in message)).toBe(false);
    },
  },
  {
    id: 'MD-WS-D6',
    fact: 'after the last event of a task that ended comes its status, and the end',
    check: async () => {
      const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5' });
      const { seq } = (await replay(id, '&after=0')).at(-1);
      const message = `Continued after event ${seq}; the last event so far is ${seq}`;
      expect(await replay(id, `&after=${seq}`)).toEqual([{ ...status('completed', message), seq }]);
      const refused = await refusedUpgrade(
        server.url,
        `/mini-devin/ws/tasks/${runIdOf(id)}?token=${ann.token}&after=x`,
      );
      expect(refused).toMatchObject({ status: 422, body: { code: 'VALIDATION_ERROR' } });
    },
  },
  {
    id: 'MD-WS-D2',
    fact: 'a task that waits to be executed is followed, and stopped',
    check: async () => {
      const socket = await follow(await ann.createTask({ prompt: 'x', model: 'demo', hold: true }));
      socket.send({ type: 'stop' });
      await socket.closed;
      expect(socket.messages).toEqual([WHOLE, status('stopped', 'Task stopped')]);
    },
  },
  {
    id: 'MD-WS-D3',
    fact: 'input that the schema refuses is told in an error message',
    check: async () => {
      const model = scripts.model([call('ask_user', { question: 'Proceed?' }), { text: 'I did' }]);
      const socket = await follow(await startAgent(ann, model));
      await socket.next(({ message }) => message === 'Proceed?');
      socket.send({ type: 'input', content: ' ' });
      const error = await socket.next(({ type }) => type === 'error');
      expect(error).toEqual({
        type: 'error',
        error: 'content: must not be blank',
        code: 'VALIDATION_ERROR',
        timestamp: MOMENT,
      });
      socket.send({ type: 'stop' });
      await socket.closed;
    },
  },
];

runAudits('documented', documented);
runAudits('decided', decided);
