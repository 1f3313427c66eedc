import type { CallFieldsFragment, ToolCallFieldsFragment } from '../documents.ts';
import { WORDS } from '../words.ts';
import type { Run } from './use-run.ts';

/** One line of the waterfall. */
export interface Span {
  key: string;
  kind: 'call' | 'tool' | 'step' | 'round';
  name: string;
  startedAt: number;
  /** null: it goes on. */
  endedAt: number | null;
  isFailed: boolean;
  call?: CallFieldsFragment;
  tool?: ToolCallFieldsFragment;
  /** Of a round: the answer, and what the evaluator said of it. */
  texts?: readonly (string | null)[];
  /** The run that the line stands for. */
  runId?: string | undefined;
}

/** What a run consists of, in the order in which it began. */
export function spansOf(run: Run): Span[] {
  switch (run.__typename) {
    case 'Task':
      return inOrder([...run.modelCalls.map(callSpan), ...run.toolCalls.map(toolSpan)]);
    case 'Orchestration':
      return inOrder([...run.modelCalls.map(callSpan), ...run.rounds.map(roundSpan)]);
    case 'Execution':
      return inOrder(run.steps.flatMap(stepSpans));
    case 'BulkOperation':
      return [];
  }
}

const inOrder = (spans: Span[]) => spans.toSorted((one, other) => one.startedAt - other.startedAt);

function callSpan(call: CallFieldsFragment): Span {
  const startedAt = Date.parse(call.startedAt);
  const isOpen = call.status === 'STARTED';
  return {
    key: call.id,
    kind: 'call',
    name: call.model,
    startedAt,
    endedAt: isOpen ? null : startedAt + (call.durationMs ?? 0),
    isFailed: call.status === 'FAILED',
    call,
  };
}

function toolSpan(tool: ToolCallFieldsFragment): Span {
  return {
    key: tool.key,
    kind: 'tool',
    name: tool.tool,
    ...times(tool.startedAt, tool.endedAt),
    isFailed: tool.isError === true,
    tool,
  };
}

type Round = Extract<Run, { __typename: 'Orchestration' }>['rounds'][number];

function roundSpan({ iteration, startedAt, endedAt, error, score, response, feedback }: Round): Span {
  return {
    key: `round-${iteration}`,
    kind: 'round',
    name: WORDS.run.round(iteration, score),
    ...times(startedAt, endedAt),
    isFailed: error !== null,
    texts: [response, feedback, error?.message ?? null],
  };
}

type Step = Extract<Run, { __typename: 'Execution' }>['steps'][number];

/** None of a step that has not started. */
function stepSpans({ key, name, startedAt, endedAt, status, task }: Step): Span[] {
  if (!startedAt) return [];
  const isFailed = status === 'FAILED';
  return [{ key, kind: 'step', name, ...times(startedAt, endedAt), isFailed, runId: task?.id }];
}

function times(startedAt: string, endedAt: string | null) {
  return { startedAt: Date.parse(startedAt), endedAt: endedAt ? Date.parse(endedAt) : null };
}
