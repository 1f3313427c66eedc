import { fastify } from 'fastify';
import { expect, test } from 'vitest';
import { limitJsonBodies } from '../../../src/http/requests/json-body.ts';

/** @returns for each body the iteration of the event loop in which its handler ran */
async function iterationsOf(bodies: readonly string[]): Promise<number[]> {
  let iteration = 0;
  let timer = setImmediate(function next() {
    iteration += 1;
    timer = setImmediate(next);
  });
  const app = fastify({ bodyLimit: 2 ** 22 });
  limitJsonBodies(app);
  app.post('/', async () => ({ iteration }));
  try {
    const headers = { 'content-type': 'application/json' };
    const sent = bodies.map((payload) => app.inject({ method: 'POST', url: '/', headers, payload }));
    return (await Promise.all(sent)).map((response) => response.json().iteration);
  } finally {
    clearImmediate(timer);
    await app.close();
  }
}

test('large bodies that arrive together are parsed in different iterations of the event loop', async () => {
  const iterations = await iterationsOf(Array(8).fill(JSON.stringify('x'.repeat(2 ** 20))));
  expect(new Set(iterations).size).toBe(8);
});

test('small bodies do not wait for each other', async () => {
  const iterations = await iterationsOf(Array(8).fill('"x"'));
  expect(new Set(iterations).size).toBeLessThan(8);
});
