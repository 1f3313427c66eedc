import { Text } from '../documents.ts';
import type { FollowOptions } from './follow-run.ts';
import type { Subscribe } from './subscribe.ts';

export interface FollowTextOptions extends FollowOptions {
  /** With `after`: the text that is already there, as `Task.output` and `Task.lastSeq` are. */
  text?: string | undefined;
}

export interface TextSoFar {
  /** The whole text of the answer so far: show it in place of the last one. */
  text: string;
  /** What was appended to it. */
  delta: string;
  /** Whether the text before `delta` was discarded, as an attempt was interrupted or another model call began. */
  isRestart: boolean;
  /** Pass it as `after`, with `text`, to continue from here. */
  seq: number;
}

/** The text of a task as it grows, until the task ends. */
export async function* followText(
  subscribe: Subscribe,
  taskId: string,
  { after = 0, text = '', signal }: FollowTextOptions = {},
): AsyncGenerator<TextSoFar, void, undefined> {
  let whole = text;
  for await (const { text: part } of subscribe(Text, { taskId, after }, { signal })) {
    const { seq, text: delta, isRestart } = part;
    whole = isRestart ? delta : whole + delta;
    yield { text: whole, delta, isRestart, seq };
  }
}
