import { Counter, type Registry } from 'prom-client';
import type { LoggedEvent } from '../store/log/events.ts';
import { RUN_KINDS, type RunKind } from '../vocabulary.ts';
import { createInstruments } from './instruments.ts';

export interface RunMetrics {
  /** Takes an event that this process has committed. */
  count(event: LoggedEvent): void;
}

/** Numbers of their own: text comes in thousands of batches a second, and must not look for its labels. */
interface Batches {
  text: number;
  reasoning: number;
}

/** A view of the log like any other: what happens to runs is told by the events that are written. */
export function measureRuns(registry: Registry): RunMetrics {
  const make = createInstruments(registry);
  const created = make.counter(
    'polyphony_runs_created_total',
    'Runs that were made; the steps of executions are tasks.',
    ['kind'],
  );
  const started = make.counter('polyphony_runs_started_total', 'Runs that were begun.');
  const restarted = make.counter(
    'polyphony_runs_restarted_total',
    'Attempts of runs after their first, by what made them necessary.',
    ['reason'],
  );
  const ended = make.counter(
    'polyphony_runs_ended_total',
    'Runs that ended; code is that of the error of those that failed, and empty otherwise.',
    ['kind', 'outcome', 'code'],
  );
  const batches = measureBatches(registry);

  return {
    count(event) {
      switch (event.type) {
        case 'TokensGenerated':
          batches.text += 1;
          return;
        case 'ReasoningGenerated':
          batches.reasoning += 1;
          return;
        case 'RunCreated':
          return created.inc({ kind: kindOf(event.data.kind) });
        case 'RunStarted':
          return started.inc();
        case 'AttemptStarted':
          return restarted.inc({ reason: event.data.reason });
        case 'RunCompleted':
          return ended.inc({ kind: event.runKind ?? '', outcome: 'completed', code: '' });
        case 'RunFailed':
          return ended.inc({ kind: event.runKind ?? '', outcome: 'failed', code: event.data.error.code });
        case 'RunCancelled':
          return ended.inc({ kind: event.runKind ?? '', outcome: 'cancelled', code: '' });
      }
    },
  };
}

function measureBatches(registry: Registry): Batches {
  const batches: Batches = { text: 0, reasoning: 0 };
  new Counter({
    name: 'polyphony_token_batches_total',
    help: 'Pieces of text that were written to the logs of runs; one has what gathered during the last write.',
    labelNames: ['type'],
    registers: [registry],
    collect() {
      this.reset();
      this.inc({ type: 'text' }, batches.text);
      this.inc({ type: 'reasoning' }, batches.reasoning);
    },
  });
  return batches;
}

/** A task's first event tells what kind of a task it is. */
function kindOf(kind: string): RunKind {
  return RUN_KINDS.find((one) => one === kind) ?? 'task';
}
