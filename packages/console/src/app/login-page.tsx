import { useMutation } from '@tanstack/react-query';
import { usePolyphony } from 'polyphony-client/react';
import { type FormEvent, useState } from 'react';
import { LogIn } from '../documents.ts';
import { CodeText } from '../parts/code-text.tsx';
import { ErrorNote } from '../parts/notes.tsx';
import { WORDS } from '../words.ts';
import { openSession } from './session.ts';

/** Also tells how to come in without a password: by the link that the server prints. */
export function LoginPage() {
  const polyphony = usePolyphony();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { mutate, error, isPending } = useMutation({
    async mutationFn() {
      const { login } = await polyphony.mutate(LogIn, { input: { email, password } });
      await openSession(login!.token);
      // Rather than read again: what was read for another account must not be shown.
      location.reload();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    mutate();
  }
  const isUsedLink = location.hash === '#used-link';
  return (
    <main className="page narrow">
      <h1>{WORDS.login.title}</h1>
      <form onSubmit={submit} className="stack">
        <label>
          {WORDS.login.email}
          <input
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </label>
        <label>
          {WORDS.login.password}
          <input
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <button type="submit" className="primary" disabled={isPending}>
          {WORDS.login.submit}
        </button>
      </form>
      {error && <ErrorNote error={error} />}
      <p className="quiet">
        <CodeText text={isUsedLink ? WORDS.login.usedLink : WORDS.login.link} />
      </p>
    </main>
  );
}
