// A page that goes by the AMAS document; its examples stand as they are printed there.
import assert from 'node:assert/strict';

const [API_URL, WS_URL, username] = process.argv.slice(2);

async function login() {
  const response = await fetch(`${API_URL}/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, password: 'a good password' }),
  });
  return (await response.json()).access_token;
}
const token = await login();

const told = [];
const ws = new WebSocket(`${WS_URL}?token=${token}`);
/** Resolves with the first message that `isIt`. */
const waiting = [];
const next = (isIt) =>
  new Promise((resolve) => {
    const found = told.find(isIt);
    if (found) resolve(found);
    else waiting.push({ isIt, resolve });
  });
const progress = [];
ws.onmessage = (event) => {
  const data = JSON.parse(event.data);
  if (data.event === 'task_progress') {
    progress.push(data.data.percentage);
  }
  told.push(data);
  for (const { isIt, resolve } of waiting) if (isIt(data)) resolve(data);
};
await next(({ event }) => event === 'connected');

// Create task
// biome-ignore format: it stands as it is printed there
const response = await fetch(`${API_URL}/tasks`, {
  method: 'POST',
  headers: {
    'Authorization': `Bearer ${token}`,
    'Content-Type': 'application/json'
  },
  body: JSON.stringify({
    title: 'Security Scan',
    task_type: 'security_scan',
    target: 'example.com'
  })
});

const task = await response.json();

assert.equal(task.status, 'pending');
assert.deepEqual(task.assigned_agents, ['security_expert']);
const created = await next(({ event, data }) => event === 'task_created' && data.task_id === task.id);
assert.equal(created.data.title, 'Security Scan');

const executed = await fetch(`${API_URL}/tasks/${task.id}/execute`, {
  method: 'POST',
  headers: { Authorization: `Bearer ${token}` },
});
assert.equal(executed.status, 200);
await next(({ event, data }) => event === 'task_completed' && data.task_id === task.id);
assert.deepEqual(
  told.map(({ event }) => event).filter((event) => event !== 'task_progress' && event !== 'heartbeat'),
  [
    'connected',
    'task_created',
    'task_execution_started',
    'agent_started',
    'agent_completed',
    'task_completed',
  ],
);
assert.equal(progress[0], 0);
assert.equal(progress.at(-1), 100);
assert.deepEqual(
  progress,
  progress.toSorted((one, other) => one - other),
);

ws.send(JSON.stringify({ command: 'ping' }));
await next(({ event }) => event === 'heartbeat');
ws.send(JSON.stringify({ command: 'unsubscribe_task', task_id: task.id }));
ws.send(JSON.stringify({ command: 'subscribe_task', task_id: 'task_123' }));
const refused = await next(({ event }) => event === 'error');
assert.equal(refused.data.error_code, 'TASK_NOT_FOUND');
const count = told.length;
ws.send(JSON.stringify({ command: 'subscribe_task', task_id: task.id }));
ws.send(JSON.stringify({ command: 'nonsense' }));
await next(({ data }) => data.error_code === 'VALIDATION_ERROR');
assert.equal(told.length, count + 1);
for (const { timestamp } of told) assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
ws.close();

console.log('followed');
