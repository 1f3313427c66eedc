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

/** What each fact carries. */
export const eventData = {
  RunCreated: z.object({ kind: z.string() }),
  AgentSelected: z.object({ agentId: z.string(), name: z.string(), reason: z.string() }),
  ModelSelected: z.object({
    provider,
    model: z.string(),
    reason: z.string(),
    alternatives: z.array(z.string()),
  }),
  /** A run that had to wait, or had failed, is a worker's to take again. */
  RunQueued: z.object({ reason: z.enum(QUEUE_REASONS) }),
  RunStarted: z.object({}),
  /** `voidCallId` names the model call whose text so far no longer counts. */
  AttemptStarted: z.object({
    reason: z.enum(['resumed', 'provider_error', 'output_invalid', 'context_compacted']),
    voidCallId: callId.nullable(),
  }),
  /** A worker goes on after the last checkpoint, and nothing of the text is void. */
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
  /** `toolCallId` is ours, unique in its run; `input` and `output` are shortened when they are long. */
  ToolCallStarted: z.object({ toolCallId: z.string(), tool: z.string(), input: z.unknown() }),
  ToolCallCompleted: z.object({
    toolCallId: z.string(),
    tool: z.string(),
    output: z.string(),
    isError: z.boolean(),
  }),
  PlanUpdated: z.object({ plan }),
  /** The model is sent only the last turns of a long conversation. */
  ThreadTruncated: z.object({ sentTurns: count }),
  /** History was shortened: an agent's results and arguments in `turns`; `summarizedTurns` of it, or of a thread, by a summary. */
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
  /** `after` is the failure of the try before. */
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
  /** A round's answer; `preview` is its beginning. */
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
  /** Dense from 1. */
  seq: number;
  attempt: number;
  /** The database's clock. */
  at: Date;
  /** Whose feeds tell of it; absent in text, which is in no feed. */
  ownerId?: string;
  sessionId?: string | null;
  /** What its run is; in feeds, and of endings. */
  runKind?: RunKind | null;
}

/** A fact on its way into a log. */
export type NewEvent = { [Type in EventType]: { type: Type; data: EventData<Type> } }[EventType];

/** A fact in the log of a run. */
export type LoggedEvent = { [Type in EventType]: Place & { type: Type; data: EventData<Type> } }[EventType];

const ENDINGS: ReadonlySet<EventType> = new Set(['RunCompleted', 'RunFailed', 'RunCancelled']);

/** Nothing follows an ending in its log, unless a failed run is tried again. */
export function isEnding(event: NewEvent): boolean {
  return ENDINGS.has(event.type);
}
