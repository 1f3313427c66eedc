import { coerceError, DomainError } from '../../errors.ts';
import { type ModelMessage, ProviderError } from '../../providers/provider.ts';
import { DEFAULT_MAX_ITERATIONS } from '../../rules/agents/agent.ts';
import { refusesTools } from '../../rules/answers/tools-refusal.ts';
import { BYTES_PER_TOKEN, bytesPerToken } from '../../rules/models/context-window.ts';
import { storableJson } from '../../rules/text/bounded.ts';
import { isConnectionLoss, outlastConnectionLoss } from '../../store/database/connection-loss.ts';
import { type Lease, LeaseLost } from '../../store/log/lease.ts';
import {
  beginStep,
  completeStep,
  readSteps,
  type StepRow,
  taskChange,
} from '../../store/runs/checkpoints.ts';
import type { StartedTask } from '../../store/runs/claims/load-claimed-task.ts';
import type { RunOutcome } from '../../store/runs/finish-run.ts';
import { readInputs } from '../../store/tasks/user-replies.ts';
import type { EngineContext } from '../context.ts';
import { askModel, createTries } from '../model-calls/ask-model.ts';
import { fittingBytes } from '../model-calls/fitting-bytes.ts';
import { sandboxOf } from '../sandbox/sandbox.ts';
import { toMessages } from '../threads/conversation.ts';
import { cacheOfAgent } from '../threads/prompt-cache.ts';
import { readConversation } from '../threads/read-conversation.ts';
import type { AgentState } from './agent-state.ts';
import { callTool } from './call-tool.ts';
import type { Answer, Ending } from './checkpoints.ts';
import { compact, isTooLong, readCompaction } from './compact.ts';
import { bytesOf, compactMessages } from './compaction.ts';
import { instructionsFor } from './instructions.ts';
import { leaveArtifacts, readStart } from './leave-artifacts.ts';
import { readAnswer } from './read-answer.ts';
import { requireProgress } from './require-progress.ts';
import { openTaskWorkspace } from './task-workspace.ts';
import { definitionOf } from './tool-definitions.ts';
import { inputsTaken, type Turn, toTurns, turnKey } from './turn.ts';
import { usableTask } from './usable-tools.ts';

/**
 * Executes an agent task: the model answers, its tool calls are executed, and so on until it makes none. Each
 * answer and each tool call is a checkpoint; a worker that takes over continues after the last one.
 * @returns null when the task waits for input
 * @throws ProviderError, LeaseLost, DomainError MAX_ITERATIONS_REACHED, TIME_LIMIT_REACHED, BUDGET_EXCEEDED,
 * and the errors of `requireProgress`
 */
export async function runAgent(
  engine: EngineContext,
  lease: Lease,
  asked: StartedTask,
): Promise<RunOutcome | null> {
  const context = { ...engine, sandbox: sandboxOf(engine.sandbox, asked.ownerId) };
  const timer = startTimer(lease, asked);
  try {
    const steps = await readSteps(context.store.database, asked.id);
    const usable = await usableTask(context, asked, steps);
    const { task } = usable;
    const state = await takeUp(context, lease, task, steps);
    const opening = toMessages(await readConversation(context, lease, task, instructionsFor(usable)));
    const outcome = await takeTurns(state, opening).catch((error) => leaveAndThrow(state, error));
    // The diff may exceed the time limit; it does not fail a task that was done in time.
    clearTimeout(timer);
    if (outcome) await leaveArtifacts(state);
    return outcome;
  } finally {
    clearTimeout(timer);
  }
}

/** Restores the task from its checkpoints. */
async function takeUp(
  context: EngineContext,
  lease: Lease,
  task: StartedTask,
  steps: readonly StepRow[],
): Promise<AgentState> {
  const { plan, progress } = task;
  const workspace = await openTaskWorkspace(context, task);
  const start = readStart(steps);
  const turns = toTurns(steps);
  const known = { bytesPerToken: BYTES_PER_TOKEN, ...readCompaction(steps) };
  return { context, lease, task, workspace, start, turns, plan, progress, ...known };
}

/** The task fails with its own error, even if its artifacts cannot be saved. */
async function leaveAndThrow(state: AgentState, error: unknown): Promise<never> {
  const { context, lease } = state;
  const cause = lease.signal.aborted ? lease.signal.reason : error;
  if (!(cause instanceof LeaseLost) && !isConnectionLoss(cause)) {
    await leaveArtifacts(state).catch((failure) => {
      context.log.warn(
        { task: lease.runId, error: coerceError(failure).message },
        'a task saved no artifacts',
      );
    });
  }
  throw error;
}

async function takeTurns(state: AgentState, opening: readonly ModelMessage[]): Promise<RunOutcome | null> {
  for (;;) {
    state.lease.signal.throwIfAborted();
    const inputs = await newInputs(state);
    const last = state.turns.at(-1);
    const ending = last?.answer && endingOf(last, last.answer);
    if (last?.answer && ending && inputs.length === 0) return toOutcome(state.turns, last.answer, ending);
    if (last && isOver(last) && inputs.length === 0) requireProgress(state, turnsLeft(state) <= 0);
    const turn = last && !isOver(last) ? last : await beginTurn(state, inputs);
    const answer = turn.answer ?? (await takeAnswer(state, opening, turn));
    if (!(await callTools(state, turn, answer))) return null;
  }
}

/** Messages from the user since the last turn of the model. */
function newInputs({ context, task, turns }: AgentState): Promise<string[]> {
  return readInputs(context.store.database, task.id, inputsTaken(turns));
}

function turnsLeft({ task, turns }: AgentState): number {
  return mostTurns(task) - (turns.length - task.iterationsBefore);
}

function mostTurns({ limits }: StartedTask): number {
  return limits?.maxIterations ?? DEFAULT_MAX_ITERATIONS;
}

async function beginTurn(state: AgentState, inputs: string[]): Promise<Turn> {
  const { context, lease, task, turns, workspace } = state;
  const number = turns.length + 1;
  if (turnsLeft(state) <= 0) {
    const most = mostTurns(task);
    const message = `the agent was not done after ${most} turns; retry the task to allow the same number again`;
    throw new DomainError('MAX_ITERATIONS_REACHED', message);
  }
  const place = workspace === null ? {} : { workingDirectory: workspace };
  const known = { output: { inputs }, change: taskChange({ iterations: number, ...place }) };
  await beginStep(context.store, lease, turnKey(number), [], known);
  const turn: Turn = { number, inputs, answer: null, calls: new Map() };
  turns.push(turn);
  return turn;
}

async function takeAnswer(state: AgentState, opening: readonly ModelMessage[], turn: Turn): Promise<Answer> {
  const { context, lease } = state;
  const answer = readAnswer(state, await askFitting(state, opening));
  const output = storableJson({ inputs: turn.inputs, ...answer });
  const step = { key: turnKey(turn.number), output, events: [] };
  await outlastConnectionLoss(() => completeStep(context.store, lease, step));
  turn.answer = answer;
  return answer;
}

/** Maximum number of compactions for one answer. */
const MOST_COMPACTIONS = 3;

/**
 * Calls the model with a history that fits: it is compacted when it is known to exceed the context window, or
 * when the provider rejected it.
 */
async function askFitting(state: AgentState, opening: readonly ModelMessage[]) {
  const { context, lease, task, turns } = state;
  const tools = task.tools.flatMap((name) => definitionOf(name) ?? []);
  for (let compactions = 0; ; compactions += 1) {
    let messages = compactMessages(opening, turns, state.compaction);
    const { bytesPerToken: ratio } = state;
    const limit =
      state.compaction?.limit ?? (await fittingBytes(context, task, { bytesPerToken: ratio, tools }));
    if (bytesOf(messages) >= limit && (await compact(state, opening, limit).catch(withoutSummary))) {
      messages = compactMessages(opening, turns, state.compaction);
    }
    const cache = cacheOfAgent(task, mostTurns(task));
    const request = { messages, ...task.parameters, tools, cache };
    try {
      const answer = await askModel(
        context,
        lease,
        createTries([task, ...task.fallbackModels]),
        () => request,
      );
      const bytes = bytesOf(messages) + Buffer.byteLength(JSON.stringify(tools));
      state.bytesPerToken = bytesPerToken(bytes, answer.usage.inputTokens);
      return answer;
    } catch (thrown) {
      if (!isTooLong(thrown)) return withoutTools(thrown);
      const isShorter = compactions < MOST_COMPACTIONS && (await compact(state, opening, bytesOf(messages)));
      if (!isShorter) throw thrown;
    }
  }
}

/** The window size is an estimate: if the history cannot be summarized it is sent unchanged, and may fit. */
function withoutSummary(thrown: unknown): false {
  if (thrown instanceof ProviderError) return false;
  throw thrown;
}

/** A model whose server rejects tools cannot act as an agent. */
function withoutTools(thrown: unknown): never {
  if (!(thrown instanceof ProviderError) || !refusesTools(thrown.message)) throw thrown;
  const message = `the model does not support tools, which the agent requires: ${thrown.message}`;
  throw new DomainError('TOOLS_UNSUPPORTED', message, {}, { cause: thrown });
}

/** More calls in one turn indicate a confused model. */
const MOST_CALLS = 64;

/** @returns false when the task waits for input */
async function callTools(state: AgentState, turn: Turn, { toolCalls }: Answer): Promise<boolean> {
  for (const [index, call] of toolCalls.slice(0, MOST_CALLS).entries()) {
    if (turn.calls.get(index)?.status === 'completed') continue;
    if (finished(turn)) return true;
    state.lease.signal.throwIfAborted();
    if (!(await callTool(state, turn, call, index))) return false;
  }
  return true;
}

function finished({ calls }: Turn): Ending | undefined {
  return [...calls.values()].find(({ ending }) => ending)?.ending;
}

/** The end of the task: an answer with text only, or a call of `finish`. */
function endingOf(turn: Turn, { text, toolCalls, flaw }: Answer): Ending | undefined {
  if (flaw) return undefined;
  return toolCalls.length === 0 ? { success: true, summary: text } : finished(turn);
}

/** Whether every call that will be executed has been. */
function isOver(turn: Turn): boolean {
  const { answer, calls } = turn;
  if (!answer) return false;
  const wanted = Math.min(answer.toolCalls.length, MOST_CALLS);
  const done = [...calls.values()].filter(({ status }) => status === 'completed').length;
  return Boolean(finished(turn)) || done === wanted;
}

function toOutcome(turns: Turn[], { model, provider, finishReason }: Answer, ending: Ending): RunOutcome {
  return { output: ending.summary, ...ending, model, provider, finishReason, inputs: inputsTaken(turns) };
}

/** At the time limit the lease ends, which aborts everything under it. */
function startTimer(lease: Lease, { msLeft, limits }: StartedTask): NodeJS.Timeout | undefined {
  if (msLeft === null) return undefined;
  const message = `the agent was not done within ${limits?.timeoutSeconds} s`;
  const stop = () => lease.abort(new DomainError('TIME_LIMIT_REACHED', message));
  return setTimeout(stop, Math.max(0, msLeft));
}
