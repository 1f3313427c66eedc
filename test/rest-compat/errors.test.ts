import { describe, expect, test } from 'vitest';
import { DomainError, type ErrorCode, REQUEST_ERROR_CODES, RUN_ERROR_CODES } from '../../src/errors.ts';
import { DIALECT_TABLES } from '../../src/rest-compat/index.ts';
import { DIALECTS, type Dialect } from '../../src/vocabulary.ts';

const at = new Date('2024-01-01T00:00:00.123Z');

function refusal(dialect: Dialect, code: ErrorCode, about: 'task' | 'agent' | null = null) {
  return DIALECT_TABLES[dialect].refuse(new DomainError(code, 'Error message'), { at, about });
}

/** The body of every dialect, for the codes of HTTP that the documents name and those that they forget. */
const CASES: [ErrorCode, Record<Dialect, [status: number, code?: string]>][] = [
  [
    'VALIDATION_ERROR',
    {
      themachine: [400],
      'ai-task-orchestra': [422],
      'mini-devin': [422, 'VALIDATION_ERROR'],
      amas: [400, 'VALIDATION_ERROR'],
      orchestratex: [422],
    },
  ],
  ['UNAUTHENTICATED', everywhere(401, 'UNAUTHORIZED', 'AUTHENTICATION_REQUIRED')],
  ['FORBIDDEN', everywhere(403, 'FORBIDDEN', 'PERMISSION_DENIED')],
  ['NOT_FOUND', everywhere(404, 'NOT_FOUND', 'NOT_FOUND')],
  ['METHOD_NOT_ALLOWED', everywhere(405, 'METHOD_NOT_ALLOWED', 'METHOD_NOT_ALLOWED')],
  [
    'CONFLICT',
    {
      themachine: [400],
      'ai-task-orchestra': [400],
      'mini-devin': [409, 'CONFLICT'],
      amas: [409, 'CONFLICT'],
      orchestratex: [400],
    },
  ],
  ['PAYLOAD_TOO_LARGE', everywhere(413, 'PAYLOAD_TOO_LARGE', 'PAYLOAD_TOO_LARGE')],
  ['RATE_LIMITED', everywhere(429, 'RATE_LIMITED', 'RATE_LIMIT_EXCEEDED')],
  ['INTERNAL_ERROR', everywhere(500, 'INTERNAL_ERROR', 'INTERNAL_ERROR')],
  ['GRAPHQL_VALIDATION_FAILED', everywhere(500, 'INTERNAL_ERROR', 'INTERNAL_ERROR')],
  ['UNAVAILABLE', everywhere(503, 'UNAVAILABLE', 'UNAVAILABLE')],
];

function everywhere(status: number, miniDevin: string, amas: string) {
  return {
    themachine: [status],
    'ai-task-orchestra': [status],
    'mini-devin': [status, miniDevin],
    amas: [status, amas],
    orchestratex: [status],
  } satisfies Record<Dialect, [number, string?]>;
}

const BODIES = {
  themachine: () => ({ detail: 'Error message' }),
  'ai-task-orchestra': () => ({ detail: 'Error message' }),
  'mini-devin': (_status, code) => ({ detail: 'Error message', code, timestamp: '2024-01-01T00:00:00Z' }),
  amas: (status, code) => ({ detail: 'Error message', status_code: status, error_code: code }),
  orchestratex: (status) => ({ detail: 'Error message', status_code: status }),
} satisfies Record<Dialect, (status: number, code?: string) => object>;

describe.each(DIALECTS)('%s', (dialect) => {
  test.each(CASES)('answers %s in its own words', (code, answers) => {
    const [status, word] = answers[dialect];
    expect(refusal(dialect, code)).toEqual({ status, body: BODIES[dialect](status, word) });
  });

  test('answers every code with the status of a failure', () => {
    for (const code of [...REQUEST_ERROR_CODES, ...RUN_ERROR_CODES]) {
      expect(refusal(dialect, code).status, code).toBeGreaterThanOrEqual(400);
    }
  });
});

test.each([
  ['task', 'TASK_NOT_FOUND'],
  ['agent', 'AGENT_NOT_FOUND'],
] as const)('AMAS says that a %s is missing by %s, and of other failures nothing of it', (about, word) => {
  expect(refusal('amas', 'NOT_FOUND', about).body).toMatchObject({ error_code: word, status_code: 404 });
  expect(refusal('amas', 'CONFLICT', about).body).toMatchObject({ error_code: 'CONFLICT' });
});
