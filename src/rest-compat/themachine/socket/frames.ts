import type { ResultOf } from 'gql.tada';
import type { Frame } from '../../definitions/frame.ts';
import { type FrameTable, nothing } from '../../definitions/socket.ts';
import { graphql } from '../../handling/documents.ts';
import { isoSeconds } from '../../shapes/output.ts';
import { showTask, TASK } from '../tasks/task-shape.ts';
import { EXECUTION, showExecution } from '../workflows/execution-shape.ts';

export const ACTIVITY = graphql(
  `subscription activity {
    activity { task { ...Task } execution { ...Execution } event { __typename seq at } }
  }`,
  [TASK, EXECUTION],
);

type Activity = NonNullable<ResultOf<typeof ACTIVITY>['activity']>;
type Event = NonNullable<Activity['event']>;

/** An event, and the current state of its object. */
export interface Told {
  id: string;
  noun: 'task' | 'execution';
  data: Record<string, unknown>;
}

/** null: it is of another kind, or was deleted. */
export function reportedOf({ task, execution }: Pick<Activity, 'task' | 'execution'>): Told | null {
  if (task) return { id: task.id, noun: 'task', data: showTask(task) };
  return execution && { id: execution.id, noun: 'execution', data: showExecution(execution) };
}

export function frame(type: string, data: Record<string, unknown>, at: Date): Frame {
  return { type, data, timestamp: isoSeconds(at) };
}

function tell(word: string) {
  return ({ at }: Event, { noun, data }: Told) => [frame(`${noun}_${word}`, data, at)];
}

/** Events that do not change the representation are not sent. */
export const FRAMES: FrameTable<Event, Told> = {
  CurrentState: nothing,
  RunCreated: tell('created'),
  AgentSelected: nothing,
  ModelSelected: nothing,
  RunQueued: tell('queued'),
  RunStarted: tell('started'),
  AttemptStarted: nothing,
  RunResumed: nothing,
  ModelCallStarted: nothing,
  TokensGenerated: nothing,
  ReasoningGenerated: nothing,
  ModelCallCompleted: nothing,
  ModelCallFailed: nothing,
  ToolCallStarted: nothing,
  ToolCallCompleted: nothing,
  PlanUpdated: nothing,
  ThreadTruncated: nothing,
  ContextCompacted: nothing,
  ResponseGenerated: nothing,
  EvaluationCompleted: nothing,
  EvaluationFailed: nothing,
  InputRequested: nothing,
  InputProvided: nothing,
  StepStarted: nothing,
  StepTaskCreated: nothing,
  StepCompleted: nothing,
  StepFailed: nothing,
  StepSkipped: nothing,
  ArtifactSaved: nothing,
  ProgressMade: tell('progress'),
  RunCompleted: tell('completed'),
  RunFailed: tell('failed'),
  RunCancelled: (event, told) => tell(told.noun === 'task' ? 'failed' : 'cancelled')(event, told),
  TextExpired: nothing,
  EventsExpired: nothing,
};
