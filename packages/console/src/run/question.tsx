import { useMutation, useQueryClient } from '@tanstack/react-query';
import { usePolyphony } from 'polyphony-client/react';
import { type FormEvent, useId, useState } from 'react';
import { Answer } from '../documents.ts';
import { ErrorNote } from '../parts/notes.tsx';
import { WORDS } from '../words.ts';
import type { Run } from './use-run.ts';

/** What an agent asks while it waits, and the answer to it. */
export function Question({ run }: { run: Run }) {
  const polyphony = usePolyphony();
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const id = useId();
  const asked = run.milestones.nodes.findLast((event) => event.__typename === 'InputRequested');
  const { mutate, error, isPending } = useMutation({
    async mutationFn() {
      await polyphony.mutate(Answer, { input: { id: run.id, text } });
      setText('');
      await queries.invalidateQueries({ queryKey: ['run', run.id] });
    },
  });
  if (!asked) return null;
  return (
    <form
      className="note"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        mutate();
      }}
    >
      <label htmlFor={id}>
        <b>{WORDS.run.asks}</b> {asked.question}
      </label>
      <textarea id={id} rows={3} required value={text} onChange={(event) => setText(event.target.value)} />
      <button type="submit" className="primary" disabled={isPending}>
        {WORDS.run.reply}
      </button>
      {error && <ErrorNote error={error} />}
    </form>
  );
}
