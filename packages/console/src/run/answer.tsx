import { useState } from 'react';
import { isOpen } from '../parts/status.tsx';
import { WORDS } from '../words.ts';
import { useAnswer } from './use-answer.ts';
import type { Run } from './use-run.ts';

type Task = Extract<Run, { __typename: 'Task' }>;

/** The answer as it grows. Text of an attempt that was interrupted stays, struck through, above what replaced it. */
export function Answer({ task }: { task: Task }) {
  const isRunning = isOpen(task.status);
  // What there was when the page was opened, or the task was retried: what is read later must not begin it anew.
  const [begin, setBegin] = useState(() => (isRunning ? beginOf(task) : null));
  const [wasRunning, setWasRunning] = useState(isRunning);
  if (isRunning !== wasRunning) {
    setWasRunning(isRunning);
    if (isRunning) setBegin(beginOf(task));
  }
  const { text: grown, seq, discarded, isGrowing } = useAnswer(task.id, begin);
  const text = isRunning ? grown : (task.output ?? grown);
  return (
    <section aria-labelledby="answer">
      <h2 id="answer">{WORDS.run.answer}</h2>
      {discarded.map((old, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows
        <pre key={index} className="answer">
          <del>{old}</del>
        </pre>
      ))}
      <pre className="answer" aria-busy={isGrowing} data-seq={seq}>
        {text || (isGrowing ? WORDS.run.noTextYet : WORDS.run.noText)}
      </pre>
    </section>
  );
}

function beginOf({ output, lastSeq }: Task) {
  return { text: output ?? '', after: lastSeq };
}
