import type { ResultOf } from 'gql.tada';
import type { Frame } from '../definitions/frame.ts';
import { type FrameTable, nothing } from '../definitions/socket.ts';
import { isoSeconds, plainId } from '../shapes/output.ts';
import type { TASK_EVENTS } from './documents.ts';
import { type ReportedTask, raisePercentage } from './reported-tasks.ts';
import { TASK_STATUS, type TaskStatus } from './status-words.ts';

export type TaskEvent = NonNullable<ResultOf<typeof TASK_EVENTS>['taskEvents']>;

/** The task of an event. */
export interface Teller {
  taskId: string;
  told: ReportedTask;
  title: string | null;
}

type EventName =
  | 'connected'
  | 'task_created'
  | 'task_execution_started'
  | 'task_progress'
  | 'agent_started'
  | 'agent_completed'
  | 'task_completed'
  | 'task_failed'
  | 'heartbeat'
  | 'error';

export function frame(event: EventName, data: Record<string, unknown>, at: Date): Frame {
  return { event, data, timestamp: isoSeconds(at) };
}

export function progress({ taskId, told }: Omit<Teller, 'title'>, share: number, at: Date): readonly Frame[] {
  const percentage = Math.floor(share * 100);
  if (!raisePercentage(told, percentage)) return [];
  return [frame('task_progress', { task_id: plainId(taskId), percentage }, at)];
}

function agent(event: 'agent_started' | 'agent_completed', { taskId, told }: Teller, at: Date): Frame[] {
  if (!told.agent) return [];
  const { id, name } = told.agent;
  return [frame(event, { task_id: plainId(taskId), agent_id: plainId(id), agent_name: name }, at)];
}

function failed(teller: Teller, status: TaskStatus, error: string, code: string, at: Date) {
  const data = { task_id: plainId(teller.taskId), status, error, error_code: code };
  return [...agent('agent_completed', teller, at), frame('task_failed', data, at)];
}

/** Events without a documented message are not sent. */
export const FRAMES: FrameTable<TaskEvent, Teller> = {
  CurrentState: nothing,
  RunCreated: ({ at }, { taskId, title }) => [
    frame('task_created', { task_id: plainId(taskId), title, status: TASK_STATUS.PENDING }, at),
  ],
  AgentSelected: nothing,
  ModelSelected: nothing,
  RunQueued: nothing,
  RunStarted: ({ at }, teller) => [
    frame('task_execution_started', { task_id: plainId(teller.taskId), status: TASK_STATUS.RUNNING }, at),
    ...progress(teller, 0, at),
    ...agent('agent_started', teller, at),
  ],
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
  ProgressMade: (event, teller) => progress(teller, event.progress, event.at),
  RunCompleted: ({ at }, teller) => [
    ...progress(teller, 1, at),
    ...agent('agent_completed', teller, at),
    frame('task_completed', { task_id: plainId(teller.taskId), status: TASK_STATUS.COMPLETED }, at),
  ],
  RunFailed: ({ error, at }, teller) => failed(teller, TASK_STATUS.FAILED, error.message, error.code, at),
  RunCancelled: ({ reason, at }, teller) =>
    failed(teller, TASK_STATUS.CANCELLED, reason ?? 'the task was cancelled', 'TASK_CANCELLED', at),
  TextExpired: nothing,
  EventsExpired: nothing,
};
