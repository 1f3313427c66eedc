import { expect, test } from 'vitest';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { TIMED } from '../harness/measure/timed.ts';
import { watchHealth } from '../harness/measure/watch-health.ts';

/** Beyond what the machine itself makes a bare server wait, on a machine that is busy with clients and tests. */
const MAX_ANSWER_MS = 1_000;
const MAX_MEGABYTES = 600;

const deployment = fixture(() => startDeployment({ RATE_LIMIT_FACTOR: '1000' }, {}, 'start'), {
  timeoutMs: 180_000,
});

const ask = (method: string, path: string, body: object | null) =>
  fetch(`${deployment.api.url}/orchestratex${path}`, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${deployment.ann.token}` },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });

async function create(path: string, body: object): Promise<string> {
  const { _id } = (await (await ask('POST', path, body)).json()) as { _id: string };
  return _id;
}

test(
  'given ten orchestrations with prompts of 5 MB, in threads that hold as much, then health is answered, and memory stays bounded',
  TIMED,
  async () => {
    const text = 'y'.repeat(4_900_000);
    const session_id = await create('/api/sessions/', { user_id: 'u' });
    const { p99, machineP99, statuses, peakMegabytes } = await watchHealth(deployment.api, async () => {
      const started = Array.from({ length: 10 }, async () => {
        const thread_id = await create('/api/threads/', { session_id, original_prompt: text });
        const settings = { max_iterations: 2, preferred_models: ['demo'] };
        return ask('POST', '/api/orchestration/start', { thread_id, prompt: text, settings });
      });
      for (const { status } of await Promise.all(started)) expect(status).toBeLessThan(500);
      expect((await ask('GET', `/api/threads/session/${session_id}`, null)).status).toBe(413);
    });
    expect(statuses).toEqual([200]);
    expect(peakMegabytes).toBeLessThan(MAX_MEGABYTES);
    expect(p99 - machineP99).toBeLessThan(MAX_ANSWER_MS);
  },
);
