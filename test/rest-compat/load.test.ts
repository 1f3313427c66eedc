import { expect, test } from 'vitest';
import type { Dialect } from '../../src/vocabulary.ts';
import { fixture } from '../harness/fixture.ts';
import { createFolder } from '../harness/folder.ts';
import { launch } from '../harness/process.ts';
import { createDatabase } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { aiTaskOrchestra } from './crowd/ai-task-orchestra.ts';
import { amas } from './crowd/amas.ts';
import type { Crowd, Trace, Walk } from './crowd/member.ts';
import { miniDevin } from './crowd/mini-devin.ts';
import { orchestrateX } from './crowd/orchestratex.ts';
import { theMachine } from './crowd/themachine.ts';

const WALKS: Record<Dialect, Walk> = {
  themachine: theMachine,
  'ai-task-orchestra': aiTaskOrchestra,
  'mini-devin': miniDevin,
  amas,
  orchestratex: orchestrateX,
};
const CLIENTS = 100;

const vendor = fixture(startVendor);
const database = fixture(createDatabase, { stop: (database) => database.drop() });
const folder = fixture(createFolder, { stop: (folder) => folder.remove() });
const server = fixture(() =>
  launch('start', {
    DATABASE_URL: database.url,
    DATA_DIR: folder.path,
    JWT_SECRET: 'a secret of the tests, long enough',
    OPENAI_BASE_URL: `${vendor.url}/v1`,
    OLLAMA_HOST: vendor.url,
    // What is looked at is the work: limits have tests of their own.
    RATE_LIMIT_FACTOR: '1000',
  }),
);

/** As many of each dialect, all at once. */
async function walkAll(crowd: Crowd): Promise<Trace[][]> {
  const walks = Object.entries(WALKS);
  const each = Array.from({ length: Math.ceil(CLIENTS / walks.length) }, (_, index) => index);
  return Promise.all(
    walks.map(([dialect, walk]) => Promise.all(each.map((index) => walk(crowd, `${dialect}-${index}`)))),
  );
}

test('a hundred clients of all dialects at once: every run reaches its end, and nobody sees what is not his', async () => {
  const crowd: Crowd = { url: server.url, vendor, statuses: [] };
  const traces = await walkAll(crowd);
  const ids = traces.flat().flatMap((trace) => trace.ids);
  expect(new Set(ids).size).toBe(ids.length);
  for (const ofDialect of traces) {
    for (const [index, { ask }] of ofDialect.entries()) {
      const neighbour = ofDialect[(index + 1) % ofDialect.length]!;
      expect((await ask('GET', neighbour.path)).status).toBe(404);
    }
  }
  expect(crowd.statuses.filter((status) => status >= 500)).toEqual([]);
  // Nothing went wrong behind the scenes, either.
  expect(server.output()).not.toMatch(/"level":[56]0/);
}, 120_000);
