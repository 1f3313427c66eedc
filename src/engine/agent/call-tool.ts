import { z } from 'zod';
import { coerceError, DomainError } from '../../errors.ts';
import type { ToolCall } from '../../providers/provider.ts';
import { boundedJson, boundedText } from '../../rules/bounded.ts';
import { storable } from '../../rules/text.ts';
import { outlastConnectionLoss } from '../../store/connection-loss.ts';
import { beginStep, completeStep } from '../../store/steps.ts';
import type { ToolName } from '../../vocabulary.ts';
import { toolNamed } from '../tools/index.ts';
import { LOOP_TOOLS } from './loop-tools.ts';
import { type Outcome, refused } from './outcome.ts';
import { callKey, type Turn } from './turn.ts';
import type { Work } from './work.ts';

/** Characters of a result that the model is told, and of arguments that the log holds. */
const LONGEST_OUTPUT = 30_000;
const LONGEST_INPUT = 16_000;

const INTERRUPTED =
  'This call was interrupted: the machine that ran it went away. Whether it took effect is unknown, and it was not run again. Look before you repeat it.';

/**
 * One tool call as a step of the run: begun before anything is done, so that a call whose result is missing is known
 * to have been interrupted, and completed once.
 * @returns false when the task waits for a person. @throws LeaseLost
 */
export async function callTool(work: Work, turn: Turn, call: ToolCall, index: number): Promise<boolean> {
  const { context, lease } = work;
  const key = callKey(turn.number, index);
  const tool = boundedText(call.name, 100);
  const about = { toolCallId: key, tool };
  const input = boundedJson(readObject(call.arguments) ?? call.arguments, LONGEST_INPUT);
  const hasBegun = turn.calls.has(index);
  if (!hasBegun) {
    const event = { type: 'ToolCallStarted', data: { ...about, input } } as const;
    await beginStep(context.store, lease, key, [event], { output: { tool, input } });
  }
  const outcome = await carryOut(work, call, hasBegun);
  if (!outcome) return false;
  const { events = [], task, isError = false, ...rest } = outcome;
  const output = boundedText(storable(outcome.output), LONGEST_OUTPUT);
  const done = { ...rest, tool, input, output, isError };
  const completed = { type: 'ToolCallCompleted', data: { ...about, output, isError } } as const;
  const step = { key, output: done, events: [...events, completed], ...(task && { task }) };
  await outlastConnectionLoss(() => completeStep(context.store, lease, step));
  turn.calls.set(index, { ...done, status: 'completed' });
  return true;
}

async function carryOut(work: Work, call: ToolCall, hasBegun: boolean): Promise<Outcome | null> {
  const name = work.task.tools.find((tool) => tool === call.name);
  if (!name) return refused(`There is no tool ${call.name}. There are: ${work.task.tools.join(', ')}.`);
  const input = readObject(call.arguments);
  if (!input) return refused('The arguments are not a JSON object. Nothing was run.');
  try {
    const loopTool = LOOP_TOOLS.find(({ definition }) => definition.name === name);
    if (loopTool) return await loopTool.run(work, input, hasBegun);
    return hasBegun ? refused(INTERRUPTED) : await useTool(work, name, input);
  } catch (error) {
    if (error instanceof z.ZodError) return refused(`Wrong arguments: ${z.prettifyError(error)}`);
    throw error;
  }
}

/** What goes wrong in a tool is the model's to know of, and no end of its task. */
async function useTool(
  { context, lease, workspace }: Work,
  name: ToolName,
  input: unknown,
): Promise<Outcome> {
  const tool = toolNamed(name);
  if (!tool || !workspace) return refused(`The tool ${name} is not to be had here.`);
  try {
    return await tool.run({ sandbox: context.sandbox, workspace, signal: lease.signal }, input);
  } catch (thrown) {
    lease.signal.throwIfAborted();
    // Without a sandbox there is nothing that the model could do about it.
    if (thrown instanceof DomainError) throw thrown;
    context.log.error({ task: lease.runId, tool: name, error: coerceError(thrown).stack }, 'a tool failed');
    return refused('The tool failed unexpectedly.');
  }
}

function readObject(json: string): object | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
