// A page that follows its tasks by WebSocket, as the Mini-Devin document says, and stops one by it.
import assert from 'node:assert/strict';

const [base, email] = process.argv.slice(2);
let headers = { 'Content-Type': 'application/json' };

async function json(method, path, body) {
  const response = await fetch(`${base}${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Every message of the task's socket, until it tells of an end or `done` says so. */
function follow(taskId, token, onMessage = () => {}) {
  const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/ws/tasks/${taskId}?token=${token}`);
  const messages = [];
  return new Promise((resolve, reject) => {
    socket.onerror = () => reject(new Error('the socket failed'));
    socket.onclose = () => resolve(messages);
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      messages.push(message);
      onMessage(message, (sent) => socket.send(JSON.stringify(sent)));
      if (message.type === 'status' && message.status !== 'running') socket.close();
    };
  });
}

const account = { email, password: 'securepassword', name: 'John Doe' };
await json('POST', '/api/auth/register', account);
const { access_token: token } = await json('POST', '/api/auth/login', account);
headers = { ...headers, Authorization: `Bearer ${token}` };

const session = await json('POST', '/api/sessions', { name: 'Bug Fix Session' });
const fix = await json('POST', `/api/sessions/${session.id}/tasks`, {
  description: 'Fix the failing test in tests/test_api.py',
  model: 'gpt-4o',
  run_mode: 'offline',
});
const messages = await follow(fix.id, token);
const ofType = (type) => messages.filter((message) => message.type === type);
assert.deepEqual(
  ofType('tool_call').map(({ tool }) => tool),
  ['update_plan', 'write_file', 'terminal', 'update_plan', 'finish'],
);
assert.deepEqual(ofType('tool_call')[2].input, { command: 'cat tests/test_api.py' });
assert.equal(ofType('tool_result')[2].success, true);
assert.match(ofType('tool_result')[2].output, /assert 1 \+ 1 == 2/);
assert.deepEqual(
  ofType('plan_update')
    .at(-1)
    .plan.steps.map(({ status }) => status),
  ['completed', 'completed'],
);
assert.equal(messages.at(-1).status, 'completed');
for (const { timestamp } of messages) assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

const long = await json('POST', `/api/sessions/${session.id}/tasks`, {
  description: 'Think for long',
  model: 'gpt-4o@tokens=5000,itl=20',
});
let asked = false;
const seen = await follow(long.id, token, ({ type }, send) => {
  if (type !== 'token' || asked) return;
  asked = true;
  send({ type: 'stop' });
});
assert(asked);
assert.equal(seen.at(-1).status, 'stopped');
assert.equal((await json('GET', `/api/tasks/${long.id}`)).status, 'stopped');

console.log('followed');
