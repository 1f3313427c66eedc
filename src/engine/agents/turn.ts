import type { ModelMessage, ToolCall, VendorTurn } from '../../providers/provider.ts';
import { FLAWS, type Flaw } from '../../rules/answers/flaws.ts';
import type { ToolCallOutput } from '../../store/agents/tool-calls.ts';
import type { StepRow } from '../../store/runs/checkpoints.ts';
import type { FinishReason, ProviderId, StepStatus } from '../../vocabulary.ts';

/**
 * The answer of a model in one turn. `callId` is the id of its model call, as in every checkpoint with the
 * text of a call.
 */
export interface Answer {
  callId: string;
  provider: ProviderId;
  model: string;
  text: string;
  toolCalls: ToolCall[];
  vendorTurn: VendorTurn | null;
  finishReason: FinishReason;
  /** Why it is neither a success nor a tool call; null or absent: it is one of them. */
  flaw?: Flaw | null;
}

/** The checkpoint of a turn: the user messages before it and, once completed, the answer. */
export interface TurnOutput extends Partial<Answer> {
  inputs: string[];
}

/** How the agent itself ended the task. */
export interface Ending {
  success: boolean;
  summary: string;
}

/** A tool call that has begun. */
export interface CallState extends ToolCallOutput {
  status: StepStatus;
  ending?: Ending;
  /** The suffix of `output` that does not come from the tool: see `repeated-calls.ts`. */
  notice?: string;
}

/** One answer of the model with the results of its tool calls. */
export interface Turn {
  /** From 1. */
  number: number;
  inputs: string[];
  /** null: not available yet. */
  answer: Answer | null;
  /** By index in the answer; calls that are missing have not begun. */
  calls: Map<number, CallState>;
}

export const turnKey = (number: number) => `turn:${number}`;
export const callKey = (number: number, index: number) => `tool:${number}:${index}`;

/** Restores the turns of a task from its checkpoints. */
export function toTurns(steps: readonly StepRow[]): Turn[] {
  const turns: Turn[] = [];
  for (const { key, status, output } of steps) {
    const [kind, number, index] = key.split(':');
    if (kind === 'turn') {
      const { inputs, ...answer } = output as TurnOutput;
      const isAnswered = status === 'completed';
      turns.push({
        number: Number(number),
        inputs,
        answer: isAnswered ? (answer as Answer) : null,
        calls: new Map(),
      });
    } else if (kind === 'tool')
      turns.at(-1)?.calls.set(Number(index), { ...(output as ToolCallOutput), status });
  }
  return turns;
}

/** Number of user messages that the model has received. */
export function inputsTaken(turns: readonly Turn[]): number {
  return turns.reduce((sum, { inputs, calls }) => {
    const answers = [...calls.values()].reduce((count, call) => count + (call.inputs ?? 0), 0);
    return sum + inputs.length + answers;
  }, 0);
}

/** The messages for the next answer. */
export function toMessages(opening: readonly ModelMessage[], turns: readonly Turn[]): ModelMessage[] {
  return [
    ...opening,
    ...turns.flatMap((turn) => [
      ...turn.inputs.map((content) => ({ role: 'user' as const, content })),
      ...said(turn),
    ]),
  ];
}

const NOT_RUN =
  'This call was not executed, because an earlier call ended the task or because there were too many calls.';

function said({ answer, calls }: Turn): ModelMessage[] {
  if (!answer) return [];
  const { text: content, toolCalls, vendorTurn, flaw } = answer;
  const notice = flaw ? [{ role: 'user' as const, content: FLAWS[flaw].notice }] : [];
  // Vendors reject empty messages.
  if (content.trim() === '' && toolCalls.length === 0) return notice;
  return [
    { role: 'assistant', content, toolCalls, ...(vendorTurn && { vendorTurn }) },
    ...notice,
    ...toolCalls.map(({ id, name }, index) => ({
      role: 'tool' as const,
      content: calls.get(index)?.output ?? NOT_RUN,
      toolCallId: id,
      toolName: name,
    })),
  ];
}
