import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import type { Frame } from '../definitions/frame.ts';
import { type FrameTable, nothing } from '../definitions/socket.ts';
import { graphql } from '../handling/documents.ts';
import { naiveMicroseconds, plainId } from '../shapes/output.ts';
import type { NameOf } from './model-names.ts';

export const SESSION_EVENTS = graphql(`subscription sessionEvents($id: ID!) {
  sessionEvents(sessionId: $id) {
    orchestrationId
    orchestration { threadId }
    event {
      __typename
      at
      ... on ModelSelected { provider model reasoning: reason }
      ... on ResponseGenerated { provider model preview inputTokens outputTokens }
      ... on EvaluationCompleted { provider model score feedback }
      ... on EvaluationFailed { provider model error { message } }
      ... on RunCompleted { result }
      ... on RunFailed { error { message } }
      ... on RunCancelled { reason: cancelReason }
    }
  }
}`);

type Payload = NonNullable<ResultOf<typeof SESSION_EVENTS>['sessionEvents']>;
export type SessionEvent = NonNullable<Payload['event']>;

/** The orchestration of an event, and the names of its models. */
export interface Teller {
  orchestrationId: string;
  threadId: string | null;
  nameOf: NameOf;
}

type Type =
  | 'orchestration_started'
  | 'model_selected'
  | 'response_generated'
  | 'evaluation_completed'
  | 'evaluation_failed'
  | 'orchestration_completed'
  | 'orchestration_failed'
  | 'orchestration_cancelled';

/** Several orchestrations of a session may run at once, so every message names its orchestration. */
function tell({ orchestrationId, threadId }: Teller, type: Type, at: Date, rest: Frame): readonly Frame[] {
  const whose = {
    orchestration_id: plainId(orchestrationId),
    thread_id: threadId && plainId(threadId),
  };
  return [{ type, ...whose, ...rest, timestamp: naiveMicroseconds(at) }];
}

const result = z.object({
  output: z.string(),
  iterations: z.int(),
  score: z.number().nullable(),
  cost: z.number(),
});

/** Events without a documented message are not sent, except for ends. */
export const FRAMES: FrameTable<SessionEvent, Teller> = {
  CurrentState: nothing,
  RunCreated: nothing,
  AgentSelected: nothing,
  ModelSelected: ({ at, reasoning, ...model }, teller) =>
    tell(teller, 'model_selected', at, { model_name: teller.nameOf(model), reasoning }),
  RunQueued: nothing,
  RunStarted: ({ at }, teller) => tell(teller, 'orchestration_started', at, {}),
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
  ResponseGenerated: ({ at, preview, inputTokens, outputTokens, ...model }, teller) =>
    tell(teller, 'response_generated', at, {
      model_name: teller.nameOf(model),
      response_preview: preview,
      tokens_used: sum(inputTokens, outputTokens),
    }),
  EvaluationCompleted: ({ at, score, feedback, ...model }, teller) =>
    tell(teller, 'evaluation_completed', at, { evaluator_model: teller.nameOf(model), score, feedback }),
  EvaluationFailed: ({ at, error, ...model }, teller) =>
    tell(teller, 'evaluation_failed', at, { evaluator_model: teller.nameOf(model), error: error.message }),
  InputRequested: nothing,
  InputProvided: nothing,
  StepStarted: nothing,
  StepTaskCreated: nothing,
  StepCompleted: nothing,
  StepFailed: nothing,
  StepSkipped: nothing,
  ArtifactSaved: nothing,
  ProgressMade: nothing,
  RunCompleted(event, teller) {
    const { output, iterations, score, cost } = result.parse(event.result);
    const outcome = { final_response: output, iterations, final_score: score, total_cost: cost };
    return tell(teller, 'orchestration_completed', event.at, outcome);
  },
  RunFailed: ({ at, error }, teller) => tell(teller, 'orchestration_failed', at, { error: error.message }),
  RunCancelled: ({ at, reason }, teller) => tell(teller, 'orchestration_cancelled', at, { reason }),
  TextExpired: nothing,
  EventsExpired: nothing,
};

/** null: the provider reported neither. */
function sum(input: number | null, output: number | null): number | null {
  return input === null && output === null ? null : (input ?? 0) + (output ?? 0);
}
