import { PolyphonyError } from 'polyphony-client';
import { WORDS } from '../words.ts';

/** An error of a request, with its code and the field that it is about. */
export function ErrorNote({ error }: { error: Error }) {
  const code = error instanceof PolyphonyError ? error.code : null;
  return (
    <p role="alert" className="note bad">
      {code && <code>{code}</code>} {code === 'CONNECTION_LOST' ? WORDS.unreachable : error.message}
    </p>
  );
}
