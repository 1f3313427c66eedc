import type { ResultOf } from 'gql.tada';
import type { Frame } from '../definitions/frame.ts';
import { type FrameTable, nothing } from '../definitions/socket.ts';
import { graphql } from '../handling/documents.ts';
import { isoSeconds } from '../shapes/output.ts';
import type { Status } from '../shapes/statuses.ts';
import { STATUS, type StatusWord } from './status-words.ts';

export const TASK_EVENTS = graphql(`subscription taskEvents($id: ID!, $after: Int!) {
  taskEvents(taskId: $id, after: $after) {
    __typename
    seq
    at
    ... on CurrentState { task { status lastSeq } }
    ... on TokensGenerated { text }
    ... on ToolCallStarted { tool input }
    ... on ToolCallCompleted { tool output isError }
    ... on PlanUpdated { plan { steps { id: key description status } } }
    ... on InputRequested { question }
    ... on RunFailed { error { code message } }
    ... on EventsExpired { runStatus }
    ... on RunCancelled { reason: cancelReason }
  }
}`);

export type TaskEvent = NonNullable<ResultOf<typeof TASK_EVENTS>['taskEvents']>;

/** What a client asked for: the events after this sequence number; 0: all. */
export interface Beginning {
  after: number;
}

function status(at: Date, word: StatusWord, message: string): Frame {
  return { type: 'status', status: word, message, timestamp: isoSeconds(at) };
}

/** Until it ends a task is `running`; the message describes the event. */
function running(message: string) {
  return ({ at }: { at: Date }) => [status(at, STATUS.RUNNING, message)];
}

/**
 * A client that reconnects is sent everything again, and could take it for new text. Clients stop reading at a final
 * status, so the first one is `running` unless nothing follows.
 */
function beginning(task: { status: Status; lastSeq: number } | null, { after }: Beginning, at: Date) {
  const { status: current, lastSeq } = task ?? { status: 'PENDING', lastSeq: 0 };
  const word = after < lastSeq ? STATUS.RUNNING : STATUS[current];
  const what =
    after === 0
      ? 'The whole task follows from its beginning: what an earlier connection sent is repeated'
      : `Continued after event ${after}`;
  return [status(at, word, `${what}; the last event so far is ${lastSeq}`)];
}

/** Events without a documented message are not sent. */
export const FRAMES: FrameTable<TaskEvent, Beginning> = {
  CurrentState: ({ task, at }, asked) => beginning(task, asked, at),
  RunCreated: nothing,
  AgentSelected: nothing,
  ModelSelected: nothing,
  RunQueued: running('Task queued'),
  RunStarted: running('Task started'),
  AttemptStarted: running('The answer begins anew; tokens since the last call of a model are void'),
  RunResumed: running('Task resumed'),
  ModelCallStarted: nothing,
  TokensGenerated: ({ text, at }) => [{ type: 'token', content: text, timestamp: isoSeconds(at) }],
  ReasoningGenerated: nothing,
  ModelCallCompleted: nothing,
  ModelCallFailed: nothing,
  ThreadTruncated: nothing,
  ContextCompacted: nothing,
  ToolCallStarted: ({ tool, input, at }) => [{ type: 'tool_call', tool, input, timestamp: isoSeconds(at) }],
  ToolCallCompleted: ({ tool, output, isError, at }) => [
    { type: 'tool_result', tool, output, success: !isError, timestamp: isoSeconds(at) },
  ],
  PlanUpdated: ({ plan, at }) => [
    {
      type: 'plan_update',
      plan: { steps: plan.steps.map((step) => ({ ...step, status: step.status.toLowerCase() })) },
      timestamp: isoSeconds(at),
    },
  ],
  ResponseGenerated: nothing,
  EvaluationCompleted: nothing,
  EvaluationFailed: nothing,
  InputRequested: ({ question, at }) => [status(at, STATUS.RUNNING, question)],
  InputProvided: nothing,
  StepStarted: nothing,
  StepTaskCreated: nothing,
  StepCompleted: nothing,
  StepFailed: nothing,
  StepSkipped: nothing,
  ArtifactSaved: nothing,
  ProgressMade: nothing,
  RunCompleted: ({ at }) => [status(at, STATUS.COMPLETED, 'Task completed successfully')],
  RunFailed: ({ error, at }) => [
    { type: 'error', error: error.message, code: error.code, timestamp: isoSeconds(at) },
    status(at, STATUS.FAILED, error.message),
  ],
  RunCancelled: ({ reason, at }) => [status(at, STATUS.CANCELLED, reason ?? 'Task stopped')],
  TextExpired: nothing,
  // In place of the end, for which clients wait.
  EventsExpired: ({ runStatus, at }) =>
    runStatus === null ? [] : [status(at, STATUS[runStatus], 'The events of this task are no longer kept')],
};
