// A page's way through the AI Task Orchestra document with fetch.
import assert from 'node:assert/strict';

const [mount, key, repo_url] = process.argv.slice(2);
const headers = { 'Content-Type': 'application/json', 'X-API-Key': key };

async function api(method, path, body) {
  const response = await fetch(`${mount}/api/v1${path}`, {
    method,
    headers,
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}
const json = async (...request) => (await api(...request)).json();

async function reached(taskId, ...wanted) {
  for (;;) {
    const task = await json('GET', `/tasks/${taskId}`);
    if (wanted.includes(task.status)) return task;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
const ended = (taskId) => reached(taskId, 'completed', 'failed', 'cancelled');

const templates = await json('GET', '/templates');
const [{ name: template }] = templates.filter(({ name }) => name === 'ollama-inference');
const { steps } = await json('GET', `/templates/${template}`);
assert.deepEqual(
  steps.map(({ type }) => type),
  ['ollama_generate'],
);

const parameters = { model: 'llama3.2', prompt: 'Explain quantum computing in simple terms' };
const check = (given) => json('POST', `/templates/validate?template_name=${template}`, given);
assert.deepEqual(await check(parameters), { valid: true, missing_parameters: [], invalid_parameters: [] });
assert.equal((await check({})).valid, false);

const long = await json('POST', '/tasks', {
  template,
  parameters: { model: 'llama3.2@tokens=100000,itl=20', prompt: 'Talk' },
});
const waiting = await json('POST', '/tasks', { template, parameters, priority: 3, depends_on: [long.id] });
assert.deepEqual([waiting.status, waiting.priority, waiting.depends_on], ['queued', 3, [long.id]]);
const done = await ended((await json('POST', '/tasks', { template, parameters })).id);
assert.equal(done.status, 'completed');
assert.equal(typeof done.result.output, 'string');
assert.equal(done.resource_usage.model_name, 'llama3.2');

const moved = await json('PATCH', `/tasks/${waiting.id}/priority?priority=8`);
assert.deepEqual(moved, { id: waiting.id, priority: 8, status: 'queued' });
await reached(long.id, 'running');
const { queued, running, completed, failed } = await json('GET', '/tasks/status');
const idsOf = (tasks) => tasks.map(({ id }) => id);
assert.deepEqual([queued, running, completed, failed].map(idsOf), [[waiting.id], [long.id], [done.id], []]);

assert.equal((await api('DELETE', `/tasks/${waiting.id}`)).status, 204);
assert.equal((await api('DELETE', `/tasks/${long.id}`)).status, 204);
assert.equal((await json('GET', `/tasks/${long.id}`)).status, 'cancelled');

const script = await json('POST', '/tasks', {
  template: 'git-script-execution',
  parameters: { repo_url, script_path: 'ci/build.sh', output_path: 'result.txt' },
});
assert.equal((await ended(script.id)).result.output, 'built\n');

const list = await json('GET', '/tasks?status=completed&limit=10');
assert.deepEqual(idsOf(list), [script.id, done.id]);
await assert.rejects(api('GET', '/tasks/task-uuid'), /404 {"detail":/);
await assert.rejects(api('POST', '/tasks', { template, parameters: {} }), /422 {"detail":/);
console.log('walked');
