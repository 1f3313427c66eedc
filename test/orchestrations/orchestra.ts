import { type Client, data, type TaskEvent } from '../harness/client.ts';
import type { ScriptedAnswer, Vendor } from '../harness/vendor/server.ts';

export const START = `mutation ($input: StartOrchestrationInput!) {
  startOrchestration(input: $input) { orchestration { id status } } }`;

export const ORCHESTRATION = `query ($id: ID!) { orchestration(id: $id) {
  id status progress attempt reasoning iterations finalScore finalResponse stopReason cost costComplete
  error { code message } cancelReason candidates { provider model } evaluationThreshold maxIterations
  budget { limit spent reserved } bestRound { iteration } modelCalls { model status cost }
  rounds { iteration reason improves selected { model } model { provider model } response finishReason
    error { code } evaluator { model } score feedback isSelfEvaluated evaluationError { code message }
    cost costComplete startedAt endedAt } } }`;

export const ORCHESTRATION_EVENTS = `subscription ($id: ID!, $after: Int) {
  orchestrationEvents(orchestrationId: $id, after: $after) {
    __typename seq attempt at
    ... on RunCreated { runKind kind }
    ... on ModelSelected { model provider reason alternatives }
    ... on TokensGenerated { text callId }
    ... on ModelCallStarted { callId model } ... on ModelCallCompleted { callId }
    ... on ModelCallFailed { callId error { code } willRetry }
    ... on AttemptStarted { restart: restartReason voidCallId }
    ... on ResponseGenerated { iteration model callId preview inputTokens outputTokens }
    ... on EvaluationCompleted { iteration evaluator: model score feedback isSelfEvaluated }
    ... on EvaluationFailed { iteration evaluator: model error { code message } }
    ... on ProgressMade { progress } ... on RunCompleted { result } ... on RunFailed { error { code message } }
    ... on RunCancelled { cancelled: cancelReason }
    ... on CurrentState { task { id } orchestration { id status } } } }`;

/** The id of a fresh orchestration. */
export async function start(client: Client, input: Record<string, unknown>): Promise<string> {
  const prompt = 'How many planets are there?';
  return data(await client.query(START, { input: { prompt, ...input } })).startOrchestration.orchestration.id;
}

/** Follows one to its end. */
export async function follow(client: Client, id: string, after = 0): Promise<TaskEvent[]> {
  const events: TaskEvent[] = [];
  for await (const payload of client.subscribe(ORCHESTRATION_EVENTS, { id, after }))
    events.push(data(payload).orchestrationEvents);
  return events;
}

export async function read(client: Client, id: string) {
  return data(await client.query(ORCHESTRATION, { id })).orchestration;
}

export const verdict = (score: number, feedback = `worth ${score}`) => JSON.stringify({ score, feedback });

let pairs = 0;

/** Two models of which nobody else asks anything: the one answers with `answers`, the other with `verdicts`. */
export function scriptPair(
  vendor: Vendor,
  answers: readonly string[],
  verdicts: readonly string[],
): { author: string; evaluator: string } {
  pairs += 1;
  const author = `gpt-4o@key=author${pairs}`;
  const evaluator = `gpt-4.1@key=evaluator${pairs}`;
  const script = (texts: readonly string[]): ScriptedAnswer[] => texts.map((text) => ({ text }));
  vendor.scripts.set(author, script(answers));
  vendor.scripts.set(evaluator, script(verdicts));
  return { author, evaluator };
}

export function typesOf(events: readonly TaskEvent[]): string[] {
  return events.map(({ __typename: type }) => type);
}
