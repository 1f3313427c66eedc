import { z } from 'zod';
import { coerceError, DomainError } from '../../errors.ts';
import type { ToolCall } from '../../providers/provider.ts';
import { readToolInput } from '../../rules/answers/tool-input.ts';
import { boundedJson, boundedText } from '../../rules/text/bounded.ts';
import { storable } from '../../rules/text/text.ts';
import { outlastConnectionLoss } from '../../store/database/connection-loss.ts';
import { beginStep, completeStep, taskChange } from '../../store/runs/checkpoints.ts';
import type { ToolName } from '../../vocabulary.ts';
import type { AgentState } from './agent-state.ts';
import { keepStart } from './leave-artifacts.ts';
import { loopToolNamed } from './loop-tools.ts';
import { type Outcome, refused } from './outcome.ts';
import { repetitionNotice } from './require-progress.ts';
import { definitionOf } from './tool-definitions.ts';
import { toolNamed } from './tools/index.ts';
import { callKey, type Turn } from './turn.ts';

/** Maximum characters of a result as sent to the model, and of arguments as stored in the log. */
const LONGEST_OUTPUT = 30_000;
const LONGEST_INPUT = 16_000;

const INTERRUPTED =
  'This call was interrupted because the machine that executed it failed. It is unknown whether it took effect, and it was not repeated. Check before you repeat it.';

/**
 * Executes one tool call as a checkpointed step. The checkpoint is created before anything is executed, so a
 * call without a result is known to have been interrupted, and it is completed exactly once.
 * @returns false when the task waits for input. @throws LeaseLost
 */
export async function callTool(
  state: AgentState,
  turn: Turn,
  call: ToolCall,
  index: number,
): Promise<boolean> {
  const { context, lease } = state;
  const key = callKey(turn.number, index);
  const tool = boundedText(call.name, 100);
  const about = { toolCallId: key, tool };
  const read = inputOf(state, call);
  const input = boundedJson(read ?? call.arguments, LONGEST_INPUT);
  const hasBegun = turn.calls.has(index);
  if (!hasBegun) {
    // Before the call counts as begun, because a call that was interrupted is not repeated.
    if (state.workspace && toolNamed(call.name)) await keepStart(state, state.workspace);
    const event = { type: 'ToolCallStarted', data: { ...about, input } } as const;
    await beginStep(context.store, lease, key, [event], { output: { tool, input } });
  }
  const outcome = await execute(state, call, read, hasBegun);
  if (!outcome) return false;
  const { events = [], task, isError = false, ...rest } = outcome;
  const result = boundedText(storable(outcome.output), LONGEST_OUTPUT);
  const notice = repetitionNotice(turnsOf(state), { ...call, output: result });
  const output = result + notice;
  const done = { ...rest, tool, input, output, isError, ...(notice && { notice }) };
  const completed = { type: 'ToolCallCompleted', data: { ...about, output, isError } } as const;
  const step = {
    key,
    output: done,
    events: [...events, completed],
    ...(task && { change: taskChange(task) }),
  };
  await outlastConnectionLoss(() => completeStep(context.store, lease, step));
  turn.calls.set(index, { ...done, status: 'completed' });
  return true;
}

async function execute(
  state: AgentState,
  call: ToolCall,
  input: object | null,
  hasBegun: boolean,
): Promise<Outcome | null> {
  const name = state.task.tools.find((tool) => tool === call.name);
  if (!name) return refused(`There is no tool ${call.name}. There are: ${state.task.tools.join(', ')}.`);
  if (!input) return refused('The arguments are not a JSON object. Nothing was executed.');
  try {
    const loopTool = loopToolNamed(name);
    if (loopTool) return await loopTool.run(state, input, hasBegun);
    return hasBegun ? refused(INTERRUPTED) : await useTool(state, name, input);
  } catch (error) {
    if (error instanceof z.ZodError) return refused(`Invalid arguments: ${z.prettifyError(error)}`);
    throw error;
  }
}

/** An error in a tool is returned to the model and does not end the task. */
async function useTool(
  { context, lease, workspace }: AgentState,
  name: ToolName,
  input: unknown,
): Promise<Outcome> {
  const tool = toolNamed(name);
  if (!tool || !workspace) return refused(`The tool ${name} is not available here.`);
  try {
    return await tool.run({ sandbox: context.sandbox, workspace, signal: lease.signal }, input);
  } catch (thrown) {
    lease.signal.throwIfAborted();
    // The model cannot do anything about a missing sandbox.
    if (thrown instanceof DomainError) throw thrown;
    context.log.error({ task: lease.runId, tool: name, error: coerceError(thrown).stack }, 'a tool failed');
    return refused('The tool failed unexpectedly.');
  }
}

/** Turns before a retry do not count as repeated. */
function turnsOf({ task, turns }: AgentState): readonly Turn[] {
  return turns.filter(({ number }) => number > task.iterationsBefore);
}

/** null: they are not a JSON object. */
function inputOf({ task }: AgentState, call: ToolCall): object | null {
  const name = task.tools.find((tool) => tool === call.name);
  return readToolInput(name ? (definitionOf(name)?.parameters ?? {}) : {}, call.arguments);
}
