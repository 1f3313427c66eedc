import { describe, expect, test } from 'vitest';
import { DIALECT_TABLES } from '../../src/rest-compat/index.ts';
import { DIALECTS, type Dialect } from '../../src/vocabulary.ts';
import { DOCUMENTED } from './documented.ts';

/** What has no row so far: an endpoint that gets its row leaves this list, and nothing may be added to it. */
const NOT_YET: Record<Dialect, readonly string[]> = {
  themachine: [],
  'ai-task-orchestra': [],
  'mini-devin': [],
  amas: [
    'POST /api/v1/auth/login',
    'POST /api/v1/tasks',
    'POST /api/v1/tasks/{task_id}/execute',
    'GET /api/v1/tasks/{task_id}',
    'GET /api/v1/agents',
    'GET /api/v1/agents/{agent_id}',
    'GET /api/v1/system/orchestrator/status',
    'GET /api/v1/system/health',
    'GET /api/v1/system/metrics',
    'POST /api/v1/predictions/predict/task',
    'GET /api/v1/integrations',
    'POST /api/v1/integrations',
  ],
  orchestratex: [],
};

describe.each(DIALECTS)('%s', (name) => {
  const rows = DIALECT_TABLES[name].endpoints.map(({ method, path }) => `${method} ${path}`);

  test('every documented endpoint has one row, and no row is undocumented', () => {
    const expected = DOCUMENTED[name].filter((endpoint) => !NOT_YET[name].includes(endpoint));
    expect(rows.toSorted()).toEqual(expected.toSorted());
  });

  test('what has no row so far is documented', () => {
    expect(NOT_YET[name].filter((endpoint) => !(DOCUMENTED[name] as string[]).includes(endpoint))).toEqual(
      [],
    );
  });
});

test('the documents have 77 endpoints', () => {
  expect(Object.values(DOCUMENTED).map((endpoints) => new Set(endpoints).size)).toEqual([27, 9, 16, 12, 13]);
});
