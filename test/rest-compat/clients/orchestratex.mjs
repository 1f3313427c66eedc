// A page's way through the OrchestrateX document: it orchestrates with fetch, and follows by WebSocket.
import assert from 'node:assert/strict';

const [base, user] = process.argv.slice(2);

async function json(method, path, body) {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${base}${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

const session = await json('POST', '/api/sessions/', {
  user_id: user,
  max_iterations: 5,
  settings: { preferred_models: ['gpt4', 'claude'], cost_limit: 10.0 },
});
const thread = await json('POST', '/api/threads/', {
  session_id: session._id,
  original_prompt: 'Write a Python function to calculate fibonacci numbers',
  domain: 'coding',
  context: 'This is for a beginner programming tutorial',
});

const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/ws/${session._id}`);
const messages = [];
const done = new Promise((resolve, reject) => {
  socket.onerror = () => reject(new Error('the socket failed'));
  socket.onclose = () => reject(new Error('the socket closed'));
  socket.onmessage = ({ data }) => {
    messages.push(JSON.parse(data));
    if (messages.at(-1).type === 'orchestration_completed') resolve();
  };
});
await new Promise((resolve) => {
  socket.onopen = resolve;
});

const started = await json('POST', '/api/orchestration/start', {
  thread_id: thread._id,
  prompt: 'Write a Python function to calculate fibonacci numbers',
  settings: { max_iterations: 5, preferred_models: ['gpt4', 'claude'], evaluation_threshold: 8.0 },
});
await done;
socket.onclose = null;
socket.close();

const round = ['model_selected', 'response_generated', 'evaluation_completed'];
assert.deepEqual(
  messages.map(({ type }) => type),
  ['orchestration_started', ...round, ...round, 'orchestration_completed'],
);
const [begun, selected, answered, evaluated] = messages;
assert.equal(begun.thread_id, thread._id);
assert.equal(selected.model_name, 'claude');
assert.ok(selected.reasoning);
assert.equal(answered.response_preview, 'def fibonacci(n):');
assert.ok(answered.tokens_used > 0);
assert.equal(evaluated.evaluator_model, 'gpt4');
assert.equal(evaluated.score, 3);
assert.ok(evaluated.feedback);
for (const { timestamp } of messages) assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);

const { status, ...result } = await json('GET', `/api/orchestration/status/${started._id}`);
assert.equal(status, 'completed');
for (const field of ['final_response', 'iterations', 'final_score', 'total_cost']) {
  assert.deepEqual(messages.at(-1)[field], result[field], field);
}
console.log('walked');
