import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { inputError } from '../../src/rest-compat/errors/from-graphql.ts';
import {
  anyObject,
  flag,
  integer,
  jsonBody,
  list,
  number,
  oneOf,
  text,
} from '../../src/rest-compat/shapes/input.ts';
import { globalIdOf, isoSeconds, naiveMicroseconds, plainId } from '../../src/rest-compat/shapes/output.ts';

describe('what a body may hold', () => {
  const input = z.object({
    body: jsonBody({
      context: anyObject().nullish(),
      is_active: flag(),
      max_iterations: integer(),
      threshold: number(),
      depends_on: list(text()),
      priority: oneOf(['low', 'high']),
    }),
  });
  const good = {
    context: { language: 'python' },
    is_active: false,
    max_iterations: 5,
    threshold: 8.5,
    depends_on: ['task-id-1'],
    priority: 'low',
  };

  test('is taken as it is', () => {
    expect(input.parse({ body: good })).toEqual({ body: good });
    expect(input.parse({ body: { ...good, context: null } }).body.context).toBeNull();
  });

  test.each([
    [{ context: [] }, 'context: must be a JSON object'],
    [{ is_active: 'true' }, 'is_active: must be true or false'],
    [{ max_iterations: 1.5 }, 'max_iterations: must be a whole number'],
    [{ max_iterations: 2 ** 31 }, 'max_iterations: must be a whole number'],
    [{ threshold: '8' }, 'threshold: must be a number'],
    [{ depends_on: 'a' }, 'depends_on: must be a list'],
    [{ depends_on: ['a', 5] }, 'depends_on.1: must be text'],
    [{ priority: 'LOW' }, 'priority: must be one of low, high'],
    [{ priority: undefined }, 'priority: is required'],
  ])('%o is refused with what was allowed', (wrong, message) => {
    const { error } = input.safeParse({ body: { ...good, ...wrong } });
    expect(inputError(error!)).toMatchObject({ code: 'VALIDATION_ERROR', message });
  });
});

describe('what an answer holds', () => {
  const moment = new Date('2025-08-30T09:52:58.278Z');

  test('times, as the documents write them', () => {
    expect(isoSeconds(moment)).toBe('2025-08-30T09:52:58Z');
    expect(naiveMicroseconds(moment)).toBe('2025-08-30T09:52:58.278000');
  });

  test('ids, which come back as those of GraphQL', () => {
    expect(plainId(globalIdOf('Task', 'a:b'))).toBe('a:b');
    expect(Buffer.from(globalIdOf('Agent', '1'), 'base64url').toString()).toBe('Agent:1');
  });
});
