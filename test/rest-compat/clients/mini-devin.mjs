// A page's way through the Mini-Devin document with fetch.
import assert from 'node:assert/strict';

const [base, email] = process.argv.slice(2);
let headers = { 'Content-Type': 'application/json' };

async function api(method, path, body) {
  const response = await fetch(`${base}${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}
const json = async (...request) => (await api(...request)).json();

async function ended(taskId) {
  for (;;) {
    const task = await json('GET', `/api/tasks/${taskId}`);
    if (task.status !== 'running') return task;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const account = { email, password: 'securepassword', name: 'John Doe' };
await json('POST', '/api/auth/register', account);
const { access_token } = await json('POST', '/api/auth/login', account);
headers = { ...headers, Authorization: `Bearer ${access_token}` };

const { providers, default_model: model } = await json('GET', '/api/providers');
assert(providers.some(({ id, configured }) => id === 'openai' && configured));
const { models } = await json('GET', '/api/models');
assert(models.some(({ id }) => id === model));

const session = await json('POST', '/api/sessions', { name: 'Bug Fix Session' });
const fix = await json('POST', `/api/sessions/${session.id}/tasks`, {
  description: 'Fix the failing test in tests/test_api.py',
  model: 'gpt-4o',
  run_mode: 'offline',
});
assert.equal(fix.status, 'running');
const { status, result } = await ended(fix.id);
assert.equal(status, 'completed');
assert.equal(result.summary, 'Fixed the test by updating the expected value');

const artifacts = await json('GET', `/api/tasks/${fix.id}/artifacts`);
assert.deepEqual(artifacts.map(({ type }) => type).sort(), ['diff', 'plan']);
for (const { id, name, size } of artifacts) {
  const file = await (await api('GET', `/api/tasks/${fix.id}/artifacts/${id}`)).blob();
  assert.equal(file.size, size, name);
}

const long = await json('POST', `/api/sessions/${session.id}/tasks`, {
  description: 'Think for long',
  model: 'gpt-4o@tokens=5000,itl=20',
});
assert.deepEqual(await json('POST', `/api/tasks/${long.id}/stop`), { id: long.id, status: 'stopped' });
assert.equal((await ended(long.id)).status, 'stopped');

assert.equal((await api('DELETE', `/api/sessions/${session.id}`)).status, 204);
await assert.rejects(api('GET', `/api/sessions/${session.id}`), /404/);
console.log('walked');
