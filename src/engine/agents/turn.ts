import type { ModelMessage } from '../../providers/provider.ts';
import { FLAWS } from '../../rules/answers/flaws.ts';
import type { StepRow } from '../../store/runs/checkpoints.ts';
import type { StepStatus } from '../../vocabulary.ts';
import {
  type Answer,
  answeredTurnCheckpoint,
  type ToolCallState,
  toolCallCheckpoint,
  turnCheckpoint,
} from './checkpoints.ts';

export type CallState = ToolCallState & { status: StepStatus };

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
      turns.push({ number: Number(number), calls: new Map(), ...readTurn(status, output) });
    } else if (kind === 'tool')
      turns.at(-1)?.calls.set(Number(index), { ...toolCallCheckpoint.parse(output), status });
  }
  return turns;
}

function readTurn(status: StepStatus, output: unknown): Pick<Turn, 'inputs' | 'answer'> {
  if (status === 'started') return { ...turnCheckpoint.parse(output), answer: null };
  const { inputs, ...answer } = answeredTurnCheckpoint.parse(output);
  return { inputs, answer };
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
      ...answerMessages(turn),
    ]),
  ];
}

const NOT_RUN =
  'This call was not executed, because an earlier call ended the task or because there were too many calls.';

function answerMessages({ answer, calls }: Turn): ModelMessage[] {
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
