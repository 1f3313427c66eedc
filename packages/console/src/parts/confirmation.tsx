import { useEffect, useRef } from 'react';
import { WORDS } from '../words.ts';

interface Props {
  /** null: nothing is asked. */
  question: string | null;
  onAnswer(isConfirmed: boolean): void;
}

/** A modal question; closing it in any way is a no. */
export function Confirmation({ question, onAnswer }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (question === null) dialog.current?.close();
    else if (!dialog.current?.open) dialog.current?.showModal();
  }, [question]);
  return (
    <dialog ref={dialog} aria-labelledby="question" onCancel={() => onAnswer(false)}>
      <p id="question">{question}</p>
      <div className="row">
        <button type="button" onClick={() => onAnswer(false)}>
          {WORDS.no}
        </button>
        <button type="button" className="primary" onClick={() => onAnswer(true)}>
          {WORDS.yes}
        </button>
      </div>
    </dialog>
  );
}
