import { DomainError } from '../../errors.ts';
import { FLAWS } from '../../rules/answers/flaws.ts';
import { type DoneCall, isLoop, timesRepeated } from '../../rules/answers/repeated-calls.ts';
import type { AgentState } from './agent-state.ts';
import type { Turn } from './turn.ts';

/**
 * Ends a task that makes no progress: its model gave an unusable answer again after it was informed, or keeps
 * making the same calls. Turns before a retry do not count.
 * @param isLast whether no further turn is allowed
 * @throws DomainError ANSWER_EMPTY, ANSWER_CUT_OFF, ANSWER_FILTERED, ANSWER_MALFORMED, TOOLS_NOT_USED,
 * LOOP_DETECTED
 */
export function requireProgress({ task, turns }: Pick<AgentState, 'task' | 'turns'>, isLast: boolean): void {
  const own = turns.filter(({ number }) => number > task.iterationsBefore);
  const flaw = own.at(-1)?.answer?.flaw;
  if (flaw && (isLast || own.at(-2)?.answer?.flaw)) {
    const { code, message } = FLAWS[flaw];
    throw new DomainError(
      code,
      isLast ? message : `${message}; the answer to a second request was also unusable`,
    );
  }
  const calls = doneCalls(own);
  if (!isLoop(calls)) return;
  const name = calls.at(-1)?.name;
  throw new DomainError('LOOP_DETECTED', `the agent kept repeating the same tool calls (last: ${name})`);
}

/** The notice appended to the result of a call that was made before with the same result; empty: none. */
export function repetitionNotice(turns: readonly Turn[], call: DoneCall): string {
  const times = timesRepeated([...doneCalls(turns.slice(-LAST_TURNS)), call]);
  if (times === 0) return '';
  return `\n[You made this call ${times} times in a row with the same result. Try a different approach, or end the task.]`;
}

const LAST_TURNS = 40;

function doneCalls(turns: readonly Turn[]): DoneCall[] {
  return turns.slice(-LAST_TURNS).flatMap(({ answer, calls }) =>
    (answer?.toolCalls ?? []).flatMap(({ name, arguments: input }, index) => {
      const done = calls.get(index);
      if (done?.status !== 'completed') return [];
      const output = done.output ?? '';
      return [
        { name, arguments: input, output: output.slice(0, output.length - (done.notice?.length ?? 0)) },
      ];
    }),
  );
}
