import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunError } from '../../../src/errors.ts';
import {
  type Decision,
  decide,
  type StepState,
  TIMED_OUT,
  type Try,
} from '../../../src/rules/workflows/plan.ts';
import type { WorkflowStep } from '../../../src/rules/workflows/workflow.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

const plain: WorkflowStep = {
  id: '',
  name: '',
  task: 'x',
  model: null,
  agentId: null,
  template: null,
  templateParameters: {},
  parameters: {},
  responseSchema: null,
  dependsOn: [],
  condition: null,
  forEach: null,
  maxConcurrency: 2,
  retries: 0,
  retryDelaySeconds: 1,
  timeoutSeconds: null,
};
const a: WorkflowStep = { ...plain, id: 'a' };
const b: WorkflowStep = { ...plain, id: 'b', dependsOn: ['a'] };
const lone: WorkflowStep = { ...plain, id: 'lone' };

const state = (key: string, status: StepState['status'], more: Partial<StepState> = {}): StepState => ({
  key,
  status,
  size: status === 'pending' ? null : 1,
  forgiven: 0,
  ...more,
});
const tried = (step: string, status: Try['status'], more: Partial<Try> = {}): Try => ({
  taskId: `${step}:${more.item ?? 0}:${more.attempt ?? 1}`,
  step,
  item: 0,
  attempt: 1,
  status,
  cancelReason: null,
  error: status === 'failed' ? error : null,
  createdAt: at(-10),
  endedAt: ['completed', 'failed', 'cancelled'].includes(status) ? at(-2) : null,
  ...more,
});
const error: RunError = { code: 'PROVIDER_UNAVAILABLE', message: 'away' };
const cancelled: RunError = { code: 'TASK_CANCELLED', message: 'its task was cancelled: without a reason' };

const nothing: Decision = {
  ready: [],
  completed: [],
  failed: [],
  starts: [],
  overdue: [],
  isFailing: false,
  isOver: false,
  wakeAt: null,
};

interface Row {
  given: string;
  steps: WorkflowStep[];
  states: StepState[];
  tries?: Try[];
  decided: Partial<Decision>;
}

const again = { ...a, retries: 2, retryDelaySeconds: 4 };
const list = { ...a, forEach: 'input.list' };

const rows: Row[] = [
  {
    given: 'nothing has begun: what waits for nothing is ready',
    steps: [a, b, lone],
    states: [state('a', 'pending'), state('b', 'pending'), state('lone', 'pending')],
    decided: { ready: ['a', 'lone'] },
  },
  {
    given: 'a step has just begun: its task is made',
    steps: [a, b],
    states: [state('a', 'running'), state('b', 'pending')],
    decided: { starts: [{ step: 'a', item: 0, attempt: 1, after: null }] },
  },
  {
    given: 'its task runs: there is nothing to do',
    steps: [a, b],
    states: [state('a', 'running'), state('b', 'pending')],
    tries: [tried('a', 'running')],
    decided: {},
  },
  {
    given: 'its task waits for a person: there is nothing to do',
    steps: [a],
    states: [state('a', 'running')],
    tries: [tried('a', 'waiting')],
    decided: {},
  },
  {
    given: 'its task has completed: the step has, and the next is ready',
    steps: [a, b],
    states: [state('a', 'running'), state('b', 'pending')],
    tries: [tried('a', 'completed')],
    decided: { completed: ['a'], ready: ['b'] },
  },
  {
    given: 'the step before was skipped: the next is ready',
    steps: [a, b],
    states: [state('a', 'skipped'), state('b', 'pending')],
    decided: { ready: ['b'] },
  },
  {
    given: 'all steps are over: so is the execution',
    steps: [a, b],
    states: [state('a', 'completed'), state('b', 'skipped')],
    decided: { isOver: true },
  },
  {
    given: 'its task has failed for good: the step has, and nothing goes on',
    steps: [a, b],
    states: [state('a', 'running'), state('b', 'pending')],
    tries: [tried('a', 'failed')],
    decided: { failed: [{ key: 'a', error }], isFailing: true, isOver: true },
  },
  {
    given: 'a step has failed and another runs: it is waited for, and nothing new begins',
    steps: [a, b, lone],
    states: [state('a', 'failed'), state('b', 'pending'), state('lone', 'running')],
    tries: [tried('a', 'failed'), tried('lone', 'running')],
    decided: { isFailing: true },
  },
  {
    given: 'a step has failed and another is to be tried again: it is not',
    steps: [lone, again],
    states: [state('lone', 'failed'), state('a', 'running')],
    tries: [tried('a', 'failed', { endedAt: at(-100) })],
    decided: { isFailing: true, isOver: true },
  },
  {
    given: 'a failed task is to be tried again, later',
    steps: [again],
    states: [state('a', 'running')],
    tries: [tried('a', 'failed')],
    decided: { wakeAt: at(2) },
  },
  {
    given: 'the wait is over: it is tried again',
    steps: [again],
    states: [state('a', 'running')],
    tries: [tried('a', 'failed', { endedAt: at(-4) })],
    decided: { starts: [{ step: 'a', item: 0, attempt: 2, after: error }] },
  },
  {
    given: 'the second wait is twice as long',
    steps: [again],
    states: [state('a', 'running')],
    tries: [tried('a', 'failed'), tried('a', 'failed', { attempt: 2 })],
    decided: { wakeAt: at(6) },
  },
  {
    given: 'its tries are used up',
    steps: [again],
    states: [state('a', 'running')],
    tries: [1, 2, 3].map((attempt) => tried('a', 'failed', { attempt })),
    decided: { failed: [{ key: 'a', error }], isFailing: true, isOver: true },
  },
  {
    given: 'its failures were forgiven: it is tried again at once, with all of its tries',
    steps: [again],
    states: [state('a', 'running', { forgiven: 3 })],
    tries: [1, 2, 3].map((attempt) => tried('a', 'failed', { attempt })),
    decided: { starts: [{ step: 'a', item: 0, attempt: 4, after: error }] },
  },
  {
    given: 'somebody cancelled its task: that is not tried again',
    steps: [again],
    states: [state('a', 'running')],
    tries: [tried('a', 'cancelled')],
    decided: { failed: [{ key: 'a', error: cancelled }], isFailing: true, isOver: true },
  },
  {
    given: 'its task was cancelled for its time: that is',
    steps: [again],
    states: [state('a', 'running')],
    tries: [tried('a', 'cancelled', { cancelReason: TIMED_OUT })],
    decided: { wakeAt: at(2) },
  },
  {
    given: 'its task may run for a while',
    steps: [{ ...a, timeoutSeconds: 15 }],
    states: [state('a', 'running')],
    tries: [tried('a', 'running')],
    decided: { wakeAt: at(5) },
  },
  {
    given: 'its task takes too long; it is looked at again, should its canceller be lost',
    steps: [{ ...a, timeoutSeconds: 10 }],
    states: [state('a', 'running')],
    tries: [tried('a', 'running')],
    decided: { overdue: ['a:0:1'], wakeAt: at(5) },
  },
  {
    given: 'a list: as many tasks are made as may run at once',
    steps: [list],
    states: [state('a', 'running', { size: 4 })],
    decided: { starts: [0, 1].map((item) => ({ step: 'a', item, attempt: 1, after: null })) },
  },
  {
    given: 'a list, one of whose tasks has completed: the next is made',
    steps: [list],
    states: [state('a', 'running', { size: 4 })],
    tries: [tried('a', 'completed'), tried('a', 'running', { item: 1 })],
    decided: { starts: [{ step: 'a', item: 2, attempt: 1, after: null }] },
  },
  {
    given: 'a list, all of whose tasks have completed',
    steps: [list],
    states: [state('a', 'running', { size: 2 })],
    tries: [tried('a', 'completed'), tried('a', 'completed', { item: 1 })],
    decided: { completed: ['a'], isOver: true },
  },
  {
    given: 'a list, one of whose tasks has failed: the step has, and says which; the other is waited for',
    steps: [list],
    states: [state('a', 'running', { size: 3 })],
    tries: [tried('a', 'running'), tried('a', 'failed', { item: 1 })],
    decided: { failed: [{ key: 'a', error: { ...error, message: 'item 1: away' } }], isFailing: true },
  },
];

test.each(rows)('$given', ({ steps, states, tries = [], decided }) => {
  expect(decide({ steps, timeoutSeconds: null }, states, tries, NOW)).toEqual({ ...nothing, ...decided });
});

/** Steps each of which waits for some of those before it. */
const graphs = fc
  .array(
    fc.record({
      needs: fc.array(fc.nat(9), { maxLength: 3 }),
      size: fc.option(fc.nat(4)),
      maxConcurrency: fc.integer({ min: 1, max: 3 }),
      retries: fc.nat(2),
      isSkipped: fc.boolean(),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map((nodes) =>
    nodes.map(({ needs, size, ...node }, index) => ({
      ...plain,
      ...node,
      id: `s${index}`,
      size: size ?? 1,
      forEach: size === null ? null : 'input.list',
      dependsOn: [...new Set(needs.filter((need) => need < index).map((need) => `s${need}`))],
    })),
  );

describe('whatever the graph, and however its tasks end, in whatever order', () => {
  test('it ends, each try is made once, and nothing begins before what it waits for is over', () => {
    fc.assert(
      fc.property(graphs, fc.infiniteStream(fc.nat(99)), (steps, chances) => {
        const chance = () => chances.next().value!;
        const states = steps.map(({ id }) => state(id, 'pending'));
        const tries: Try[] = [];
        const set = (key: string, change: Partial<StepState>) =>
          Object.assign(states.find((one) => one.key === key)!, change);
        let now = NOW;
        for (let rounds = 0; ; rounds += 1) {
          if (rounds > 2_000) throw new Error('it does not end');
          const decision = decide({ steps, timeoutSeconds: null }, states, tries, now);
          for (const key of decision.completed) set(key, { status: 'completed' });
          for (const { key } of decision.failed) set(key, { status: 'failed' });
          for (const key of decision.ready) {
            const step = steps.find(({ id }) => id === key)!;
            const open = step.dependsOn.filter((need) => {
              const { status } = states.find((one) => one.key === need)!;
              return status !== 'completed' && status !== 'skipped';
            });
            expect(open).toEqual([]);
            set(key, step.isSkipped ? { status: 'skipped' } : { status: 'running', size: step.size });
          }
          for (const next of decision.starts) {
            const before = tries.filter(({ step, item }) => step === next.step && item === next.item);
            expect(before.map(({ attempt }) => attempt)).toEqual(
              Array.from({ length: next.attempt - 1 }, (_, index) => index + 1),
            );
            expect(before.every(({ status }) => status === 'failed')).toBe(true);
            tries.push(tried(next.step, 'running', { ...next, error: null, createdAt: now, endedAt: null }));
          }
          for (const { id, maxConcurrency } of steps) {
            const running = tries.filter(({ step, status }) => step === id && status === 'running');
            expect(running.length).toBeLessThanOrEqual(maxConcurrency);
          }
          const running = tries.filter(({ status }) => status === 'running');
          if (decision.isOver) {
            expect(running).toEqual([]);
            const isDone = states.every(({ status }) => status === 'completed' || status === 'skipped');
            expect(isDone).toBe(!decision.isFailing);
            return;
          }
          const acted = decision.ready.length + decision.starts.length + decision.completed.length;
          if (acted + decision.failed.length > 0) continue;
          if (running.length === 0) {
            now = decision.wakeAt!;
            continue;
          }
          const ended = running[chance() % running.length]!;
          Object.assign(ended, { status: chance() < 80 ? 'completed' : 'failed', endedAt: now });
          if (ended.status === 'failed') ended.error = error;
        }
      }),
      { numRuns: 300 },
    );
  });
});
