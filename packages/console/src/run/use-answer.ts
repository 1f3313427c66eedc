import { usePolyphony } from 'polyphony-client/react';
import { useEffect, useState } from 'react';

interface AnswerState {
  text: string;
  seq: number;
  /** Texts of attempts that were interrupted and began anew, the first one first. */
  discarded: readonly string[];
  isGrowing: boolean;
}

interface Begin {
  text: string;
  /** The last event that is part of the text. */
  after: number;
}

/** The text of a task while it grows. @param begin null: it does not grow any more */
export function useAnswer(taskId: string, begin: Begin | null): AnswerState {
  const polyphony = usePolyphony();
  const [state, setState] = useState<AnswerState>({
    text: begin?.text ?? '',
    seq: begin?.after ?? 0,
    discarded: [],
    isGrowing: begin !== null,
  });
  useEffect(() => {
    if (!begin) return;
    const controller = new AbortController();
    const { signal } = controller;
    setState((last) => ({
      text: begin.text,
      seq: begin.after,
      discarded: last.text && last.text !== begin.text ? [...last.discarded, last.text] : last.discarded,
      isGrowing: true,
    }));
    async function follow({ text, after }: Begin) {
      for await (const part of polyphony.followText(taskId, { text, after, signal }))
        setState((last) => ({
          text: part.text,
          seq: part.seq,
          discarded: part.isRestart && last.text ? [...last.discarded, last.text] : last.discarded,
          isGrowing: true,
        }));
    }
    follow(begin)
      // What ends it is shown by the state of the run.
      .catch(() => {})
      .finally(() => signal.aborted || setState((last) => ({ ...last, isGrowing: false })));
    return () => controller.abort();
  }, [polyphony, taskId, begin]);
  return state;
}
