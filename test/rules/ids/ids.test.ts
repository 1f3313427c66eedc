import { expect, test } from 'vitest';
import { idOf, type NamedKind, newId } from '../../../src/rules/ids/ids.ts';

test('ids are different, and their order is the order of making', () => {
  const ids = Array.from({ length: 10_000 }, newId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});

test('an id is a UUID that tells its time', () => {
  const before = Date.now();
  const id = newId();
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const time = Number.parseInt(id.replace('-', '').slice(0, 12), 16);
  expect(time).toBeGreaterThanOrEqual(before - 1);
  expect(time).toBeLessThanOrEqual(Date.now() + 10);
});

const KINDS: NamedKind[] = ['task', 'agent', 'workflow', 'execution', 'session', 'thread', 'orchestration'];
const uuid = '0198f2c9-faa8-7de4-8230-e87701c00000';
const now = new Date('2025-01-21T12:00:00.999Z');
const random = Uint8Array.from({ length: 12 }, (_, index) => 0xab + index);
const source = { now, random, uuid };

test.each([
  ['amas', 'task', 'task_20250121_120000_abacadae'],
  ['amas', 'agent', uuid],
  ['orchestratex', 'session', '678f8c40abacadaeafb0b1b2'],
  ['orchestratex', 'thread', '678f8c40abacadaeafb0b1b2'],
  ['orchestratex', 'orchestration', '678f8c40abacadaeafb0b1b2'],
  ['orchestratex', 'task', uuid],
  ['themachine', 'task', `task-${uuid}`],
  ['themachine', 'agent', `agent-${uuid}`],
  ['themachine', 'workflow', `workflow-${uuid}`],
  ['themachine', 'execution', `execution-${uuid}`],
  ['themachine', 'session', uuid],
] as const)('through %s the id of a %s is %s', (origin, kind, id) => {
  expect(idOf(origin, kind, source)).toBe(id);
});

test.each(['graphql', 'ai-task-orchestra', 'mini-devin'] as const)(
  'through %s all ids are UUIDs',
  (origin) => {
    expect(KINDS.map((kind) => idOf(origin, kind, source))).toEqual(KINDS.map(() => uuid));
  },
);

test('where the form allows it, the order of ids is the order of making', () => {
  const later = { ...source, now: new Date('2025-01-21T12:00:02Z'), random: new Uint8Array(12) };
  for (const [origin, kind] of [
    ['amas', 'task'],
    ['orchestratex', 'session'],
  ] as const) {
    expect(idOf(origin, kind, later) > idOf(origin, kind, source)).toBe(true);
  }
});
