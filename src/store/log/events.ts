import { z } from 'zod';
import { RUN_ERROR_CODES } from '../../errors.ts';
import {
  ARTIFACT_TYPES,
  type EventType,
  FINISH_REASONS,
  PLAN_STEP_STATUSES,
  PROVIDERS,
  QUEUE_REASONS,
  type RunKind,
} from '../../vocabulary.ts';

const callId = z.string();
const provider = z.enum(PROVIDERS);
const count = z.number().int().min(0);
const plan = z.object({
  steps: z.array(z.object({ id: z.string(), description: z.string(), status: z.enum(PLAN_STEP_STATUSES) })),
});
const error = z.object({ code: z.enum(RUN_ERROR_CODES), message: z.string() });

/** The data of each event type. */
export const eventData = {
  RunCreated: z.object({ kind: z.string() }),
  AgentSelected: z.object({ agentId: z.string(), name: z.string(), reason: z.string() }),
  ModelSelected: z.object({
    provider,
    model: z.string(),
    reason: z.string(),
    alternatives: z.array(z.string()),
  }),
  /** A run that had to wait, or had failed, is ready again. */
  RunQueued: z.object({ reason: z.enum(QUEUE_REASONS) }),
  RunStarted: z.object({}),
  /** `voidCallId` is the model call whose text so far is discarded. */
  AttemptStarted: z.object({
    reason: z.enum(['resumed', 'provider_error', 'output_invalid', 'context_compacted']),
    voidCallId: callId.nullable(),
  }),
  /** A worker continues after the last checkpoint; the text so far stays valid. */
  RunResumed: z.object({}),
  ModelCallStarted: z.object({ callId, provider, model: z.string() }),
  TokensGenerated: z.object({ callId, text: z.string() }),
  ReasoningGenerated: z.object({ callId, text: z.string() }),
  ModelCallCompleted: z.object({
    callId,
    finishReason: z.enum(FINISH_REASONS),
    inputTokens: count.nullable(),
    outputTokens: count.nullable(),
    cost: z.number().nullable(),
  }),
  ModelCallFailed: z.object({ callId, error, willRetry: z.boolean() }),
  /** `toolCallId` is ours, unique within the run; `input` and `output` are truncated if long. */
  ToolCallStarted: z.object({ toolCallId: z.string(), tool: z.string(), input: z.unknown() }),
  ToolCallCompleted: z.object({
    toolCallId: z.string(),
    tool: z.string(),
    output: z.string(),
    isError: z.boolean(),
  }),
  PlanUpdated: z.object({ plan }),
  /** The model is sent only the latest turns of a long conversation. */
  ThreadTruncated: z.object({ sentTurns: count }),
  /**
   * History was shortened: results and arguments of an agent in `turns` were truncated; `summarizedTurns` of
   * the agent or a thread were replaced by a summary.
   */
  ContextCompacted: z.object({
    turns: count,
    summarizedTurns: count,
    bytesBefore: count,
    bytesAfter: count,
    callId: callId.nullable(),
    cost: z.number().nullable(),
  }),
  InputRequested: z.object({ question: z.string() }),
  InputProvided: z.object({ text: z.string() }),
  StepStarted: z.object({ stepId: z.string(), stepType: z.string() }),
  /** `after` is the error of the previous attempt. */
  StepTaskCreated: z.object({
    stepId: z.string(),
    taskId: z.string(),
    item: count.nullable(),
    attempt: count,
    after: error.nullable(),
  }),
  StepCompleted: z.object({ stepId: z.string(), stepType: z.string() }),
  StepFailed: z.object({ stepId: z.string(), error }),
  StepSkipped: z.object({ stepId: z.string() }),
  ArtifactSaved: z.object({
    artifactId: z.string(),
    name: z.string(),
    type: z.enum(ARTIFACT_TYPES),
    mediaType: z.string(),
    size: count,
  }),
  /** The answer of a round; `preview` is its beginning. */
  ResponseGenerated: z.object({
    iteration: count,
    callId,
    provider,
    model: z.string(),
    preview: z.string(),
    inputTokens: count.nullable(),
    outputTokens: count.nullable(),
  }),
  EvaluationCompleted: z.object({
    iteration: count,
    callId,
    provider,
    model: z.string(),
    score: z.number().min(0).max(10),
    feedback: z.string(),
    isSelfEvaluated: z.boolean(),
  }),
  EvaluationFailed: z.object({ iteration: count, provider, model: z.string(), error }),
  ProgressMade: z.object({ progress: z.number().min(0).max(1) }),
  RunCompleted: z.object({ result: z.record(z.string(), z.unknown()) }),
  RunFailed: z.object({ error }),
  RunCancelled: z.object({ reason: z.string().nullable() }),
} satisfies Record<EventType, z.ZodType>;

export type EventData<Type extends EventType> = z.infer<(typeof eventData)[Type]>;

interface Place {
  runId: string;
  /** From 1 without gaps. */
  seq: number;
  attempt: number;
  /** The database's clock. */
  at: Date;
  /** The owner whose feeds contain it; absent for text, which is in no feed. */
  ownerId?: string;
  sessionId?: string | null;
  /** The kind of its run; in feeds, and for ends. */
  runKind?: RunKind | null;
}

/** An event to be appended to a log. */
export type NewEvent = { [Type in EventType]: { type: Type; data: EventData<Type> } }[EventType];

/** An event in the log of a run. */
export type LoggedEvent = { [Type in EventType]: Place & { type: Type; data: EventData<Type> } }[EventType];

const ENDINGS: ReadonlySet<EventType> = new Set(['RunCompleted', 'RunFailed', 'RunCancelled']);

/** An end is the last event of a log, unless a failed run is retried. */
export function isEnding(event: NewEvent): boolean {
  return ENDINGS.has(event.type);
}
