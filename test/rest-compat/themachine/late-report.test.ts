import { expect, test } from 'vitest';
import { refuseLateReport } from '../../../src/rest-compat/themachine/tasks/task-change.ts';

type Ended = Parameters<typeof refuseLateReport>[1];

const ended = (end: Partial<Ended>) =>
  ({
    ...{ id: '', type: 'code', title: 'T', description: 'D', prompt: '', templateName: null, model: null },
    ...{ priority: 5, progress: 1, cost: 0, metadata: null, cancelReason: null, result: null, error: null },
    ...{ createdAt: new Date(), updatedAt: new Date(), endedAt: new Date(), status: 'COMPLETED' },
    ...end,
  }) as Ended;

test.each([
  { given: { result: { a: 1 } }, end: { result: { output: '', a: 1 } } },
  { given: { result: { b: -0, a: [1] } }, end: { result: { a: [1], b: 0, output: '' } } },
  { given: { result: { finishReason: 'x' } }, end: { result: { finishReason: 'x', output: '' } } },
  { given: { error: 'bad' }, end: { status: 'FAILED', error: { message: 'bad' } } },
  { given: { status: 'completed' }, end: { result: { output: 'a worker’s' } } },
] as const)('a report that was kept is no error: $given', ({ given, end }) => {
  expect(() => refuseLateReport(given, ended(end as Partial<Ended>))).not.toThrow();
});

test.each([
  { given: { result: { a: 1 } }, end: { result: { output: 'a worker’s' } } },
  { given: { error: 'bad' }, end: { status: 'FAILED', error: { message: 'a worker’s' } } },
] as const)('one that came after the end by a worker is: $given', ({ given, end }) => {
  expect(() => refuseLateReport(given, ended(end as Partial<Ended>))).toThrow(
    /a worker ended the task meanwhile/,
  );
});
