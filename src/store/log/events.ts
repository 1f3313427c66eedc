import type { RunError } from '../../errors.ts';
import type { Plan } from '../../rules/agents/plan.ts';
import type {
  ArtifactType,
  EventType,
  ExpiryEvent,
  FinishReason,
  ProviderId,
  QueueReason,
  RestartReason,
  RunEnding,
  RunKind,
  TaskKind,
} from '../../vocabulary.ts';

/** A model and its provider. */
interface ModelFields {
  provider: ProviderId;
  model: string;
}

interface ToolCall {
  /** Ours, unique within the run. */
  toolCallId: string;
  tool: string;
}

interface StepFields {
  stepId: string;
  stepType: string;
}

/** The data of each type of event. */
export interface EventDataByType {
  /** For a task: its task kind instead of `task`. */
  RunCreated: { kind: TaskKind | Exclude<RunKind, 'task'> };
  AgentSelected: { agentId: string; name: string; reason: string };
  ModelSelected: ModelFields & { reason: string; alternatives: string[] };
  /** A run that had to wait, or had failed, is ready again. */
  RunQueued: { reason: QueueReason };
  RunStarted: object;
  AttemptStarted: {
    reason: RestartReason;
    /** The model call whose text so far is discarded. */
    voidCallId: string | null;
  };
  /** A worker continues after the last checkpoint; the text so far stays valid. */
  RunResumed: object;
  ModelCallStarted: ModelFields & { callId: string };
  TokensGenerated: { callId: string; text: string };
  ReasoningGenerated: { callId: string; text: string };
  ModelCallCompleted: {
    callId: string;
    finishReason: FinishReason;
    inputTokens: number | null;
    outputTokens: number | null;
    /** US dollars. */
    cost: number | null;
  };
  ModelCallFailed: { callId: string; error: RunError; willRetry: boolean };
  /** `input` is truncated if long. */
  ToolCallStarted: ToolCall & { input: unknown };
  /** `output` is truncated if long. */
  ToolCallCompleted: ToolCall & { output: string; isError: boolean };
  PlanUpdated: { plan: Plan };
  /** The model is sent only the latest turns of a long conversation. */
  ThreadTruncated: { sentTurns: number };
  /** History was shortened. */
  ContextCompacted: {
    /** Number of agent turns whose results and arguments were truncated. */
    turns: number;
    /** Number of agent or thread turns that were replaced by a summary. */
    summarizedTurns: number;
    bytesBefore: number;
    bytesAfter: number;
    callId: string | null;
    cost: number | null;
  };
  InputRequested: { question: string };
  InputProvided: { text: string };
  StepStarted: StepFields;
  StepTaskCreated: {
    stepId: string;
    taskId: string;
    item: number | null;
    attempt: number;
    /** The error of the previous attempt. */
    after: RunError | null;
  };
  StepCompleted: StepFields;
  StepFailed: { stepId: string; error: RunError };
  StepSkipped: { stepId: string };
  /** `size` in bytes. */
  ArtifactSaved: { artifactId: string; name: string; type: ArtifactType; mediaType: string; size: number };
  /** The answer of a round; `preview` is its beginning. */
  ResponseGenerated: ModelFields & {
    iteration: number;
    callId: string;
    preview: string;
    inputTokens: number | null;
    outputTokens: number | null;
  };
  EvaluationCompleted: ModelFields & {
    iteration: number;
    callId: string;
    /** 0 to 10. */
    score: number;
    feedback: string;
    isSelfEvaluated: boolean;
  };
  EvaluationFailed: ModelFields & { iteration: number; error: RunError };
  /** From 0 to 1. */
  ProgressMade: { progress: number };
  RunCompleted: { result: Record<string, unknown> };
  RunFailed: { error: RunError };
  RunCancelled: { reason: string | null };
  /** The text from `firstSeq` to the marker's `seq` is no longer kept. */
  TextExpired: { firstSeq: number };
  /** No event from `firstSeq` to the marker's `seq` is kept any more. */
  EventsExpired: {
    firstSeq: number;
    /** How the run ended; null: events follow, as it was continued. */
    status: RunEnding | null;
  };
}

export type EventData<Type extends EventType> = EventDataByType[Type];

interface EventPosition {
  runId: string;
  /** From 1 without gaps. */
  seq: number;
  attempt: number;
  /** The database's clock. */
  at: Date;
  /** The owner whose feeds contain it; absent for text, which is in no feed. */
  ownerId?: string;
  sessionId?: string | null;
  /** The kind of its run; set in feeds and for endings. */
  runKind?: RunKind | null;
}

type StoredType = Exclude<EventType, ExpiryEvent>;

/** An event to be appended to a log. */
export type NewEvent = { [Type in StoredType]: { type: Type; data: EventData<Type> } }[StoredType];

/** An event in the log of a run. */
export type LoggedEvent = {
  [Type in EventType]: EventPosition & { type: Type; data: EventData<Type> };
}[EventType];

const ENDINGS: ReadonlySet<EventType> = new Set(['RunCompleted', 'RunFailed', 'RunCancelled']);

/** An end is the last event of a log, unless a failed run is retried. */
export function isEnding(event: NewEvent | LoggedEvent): boolean {
  return ENDINGS.has(event.type);
}
