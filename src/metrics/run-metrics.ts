import { Counter, type Registry } from 'prom-client';
import type { LoggedEvent } from '../store/log/events.ts';
import { RUN_KINDS, type RunKind } from '../vocabulary.ts';
import { createInstruments } from './instruments.ts';

export interface RunMetrics {
  /** Counts an event that this process has committed. */
  count(event: LoggedEvent): void;
}

/**
 * Counters resolved in advance: text comes in thousands of batches a second, and looking up labels would be
 * too slow.
 */
interface Batches {
  text: number;
  reasoning: number;
}

/** Derived from the log: events describe what happens to runs. */
export function measureRuns(registry: Registry): RunMetrics {
  const make = createInstruments(registry);
  const created = make.counter(
    'polyphony_runs_created_total',
    'Runs created; steps of executions count as tasks.',
    ['kind'],
  );
  const started = make.counter('polyphony_runs_started_total', 'Runs started.');
  const restarted = make.counter(
    'polyphony_runs_restarted_total',
    'Attempts of runs after the first, by reason.',
    ['reason'],
  );
  const ended = make.counter(
    'polyphony_runs_ended_total',
    'Runs ended; code is the error code of failed ones, and empty otherwise.',
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
    help: 'Batches of text written to the logs of runs; each contains what was collected during the previous write.',
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

/** The first event of a task contains its kind. */
function kindOf(kind: string): RunKind {
  return RUN_KINDS.find((one) => one === kind) ?? 'task';
}
