// A page's way through the TheMachine document with fetch, while its WebSocket tells what happens.
import assert from 'node:assert/strict';

const [base, token] = process.argv.slice(2);
const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };

async function api(method, path, body) {
  const response = await fetch(`${base}/api/v1${path}`, {
    method,
    headers,
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer.detail}`);
  return answer;
}

const messages = [];
const waiting = new Set();
const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/ws?token=${token}`);
socket.addEventListener('message', ({ data }) => {
  messages.push(JSON.parse(data));
  for (const look of waiting) look();
});

function told(type, id) {
  return new Promise((resolve) => {
    const look = () => {
      const found = messages.find((message) => message.type === type && (!id || message.data.id === id));
      if (!found) return;
      waiting.delete(look);
      resolve(found.data);
    };
    waiting.add(look);
    look();
  });
}
await told('snapshot');

const task = await api('POST', '/tasks', {
  type: 'code',
  title: 'Generate API endpoint',
  description: 'Create a new API endpoint for user authentication',
  priority: 'high',
  context: { language: 'python', framework: 'fastapi' },
});
const done = await told('task_completed', task.id);
assert.deepEqual(await api('GET', `/tasks/${task.id}`), done);
assert.deepEqual(await api('GET', '/tasks?status=completed&type=code'), [done]);
const renamed = await api('PATCH', `/tasks/${task.id}`, { title: 'Updated task title', status: 'completed' });
assert.equal(renamed.title, 'Updated task title');

const { selected_model: model, estimated_cost: estimate } = await api(
  'POST',
  '/orchestration/model-selection',
  {
    task_type: 'code',
    context_size: 10_000,
    preferred_provider: 'openai',
  },
);
assert.ok(Math.abs(estimate.cost - estimate.tokens * model.cost_per_token) < 1e-9);
assert.ok((await api('GET', '/models?limit=1000')).some(({ id }) => id === model.id));

const agent = await api('POST', '/agents', { name: 'React developer', tools: [] });
const work = await api('POST', `/agents/${agent.id}/execute`, {
  task: 'Generate a React component',
  model_id: model.id,
});
assert.equal(work.status, 'completed');

const workflow = await api('POST', '/orchestration/workflows', {
  name: 'Review',
  steps: [{ id: 'read', task: 'Read {{ input.repository }}', model_id: model.id }],
});
const execution = await api('POST', '/orchestration/executions', {
  workflow_id: workflow.id,
  input_data: { repository: 'https://github.com/example/repo' },
});
const ended = await told('execution_completed', execution.id);
assert.deepEqual(await api('GET', `/orchestration/executions/${execution.id}`), ended);

assert.deepEqual(await api('DELETE', `/tasks/${task.id}`), {
  message: `Task ${task.id} deleted successfully`,
});
await assert.rejects(api('GET', `/tasks/${task.id}`), /404 there is no such task/);
socket.close();
console.log('walked');
