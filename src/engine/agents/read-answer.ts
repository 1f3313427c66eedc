import { flawOf } from '../../rules/answers/flaws.ts';
import { needsTools } from '../../rules/answers/needs-tools.ts';
import { looksLikeCall, readTextCalls } from '../../rules/answers/text-calls.ts';
import { newId } from '../../rules/ids/ids.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import type { StartedTask } from '../../store/runs/claims/load-claimed-task.ts';
import type { ModelCallResult } from '../model-calls/model-call.ts';
import type { AgentState } from './agent-state.ts';
import type { Answer } from './checkpoints.ts';
import { toolNamed } from './tools/index.ts';
import type { Turn } from './turn.ts';

type Given = ModelCallResult & ModelReference;

/** Classifies the answer of a model: tool calls (possibly written as text), an end, or neither. */
export function readAnswer({ task, turns }: Pick<AgentState, 'task' | 'turns'>, given: Given): Answer {
  const { rawFinishReason, usage: _usage, cost: _cost, durations: _durations, ...answer } = given;
  if (answer.toolCalls.length > 0) return answer;
  const known = [task.prompt, ...resultsIn(turns)];
  const written = readTextCalls(answer.text, task.tools, known);
  if (written) return callingAnswer(answer, written);
  const { text, finishReason } = answer;
  const flaw = flawOf({
    text,
    finishReason,
    rawFinishReason,
    looksLikeCall: looksLikeCall(text, task.tools, known),
    lacksTool: lacksTool(task, turns),
  });
  return { ...answer, flaw };
}

/** Removes the vendor's form of the turn, which has the calls as text. */
function callingAnswer(
  answer: Answer,
  { calls, rest }: NonNullable<ReturnType<typeof readTextCalls>>,
): Answer {
  const toolCalls = calls.map((call) => ({ id: `call_${newId()}`, ...call }));
  return { ...answer, text: rest, toolCalls, vendorTurn: null, finishReason: 'tool_calls' };
}

/** Text from outside, which a model may repeat without intending a call. */
function resultsIn(turns: readonly Turn[]): string[] {
  return turns.flatMap(({ calls }) => [...calls.values()].flatMap(({ output }) => output ?? []));
}

function lacksTool({ tools, prompt }: StartedTask, turns: readonly Turn[]): boolean {
  const hasWorked = turns.some(({ answer }) => answer?.toolCalls.some(({ name }) => toolNamed(name)));
  return !hasWorked && tools.some(toolNamed) && needsTools(prompt);
}
