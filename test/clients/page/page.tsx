import { type FormEvent, type ReactNode, Suspense, useCallback, useState } from 'react';
import type { Library, TextPart } from './library.ts';

interface Shown {
  library: Library;
}

/** The same page over any client. Its login lives as long as the tab's origin has storage, for other tabs as well. */
export function Page({ library }: Shown): ReactNode {
  const [token, setToken] = useState(localStorage.getItem('token'));
  function keep(token: string): void {
    localStorage.setItem('token', token);
    setToken(token);
  }
  return (
    <library.Provider key={token} token={token}>
      {token === null ? <Login library={library} onLogin={keep} /> : <Home library={library} />}
    </library.Provider>
  );
}

function Login({ library, onLogin }: Shown & { onLogin: (token: string) => void }): ReactNode {
  const login = library.useLogin();
  const [error, setError] = useState('');
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    login(String(form.get('email')), String(form.get('password'))).then(onLogin, (error) =>
      setError(error.message),
    );
  }
  return (
    <form data-testid="login" onSubmit={submit}>
      <input name="email" placeholder="E-mail" />
      <input name="password" type="password" placeholder="Password" />
      <button type="submit">Log in</button>
      <p data-testid="login-error">{error}</p>
    </form>
  );
}

function Home({ library }: Shown): ReactNode {
  const [session, setSession] = useState<string | null>(null);
  const [task, setTask] = useState<string | null>(null);
  const isLive = library.useActivity();
  return (
    <Suspense fallback="…">
      <Sessions library={library} onChoose={setSession} />
      {session && <Prompt key={session} library={library} session={session} onSent={setTask} />}
      {task && <Answer key={task} library={library} id={task} />}
      {isLive && <Tasks library={library} onChoose={setTask} />}
    </Suspense>
  );
}

function Sessions({ library, onChoose }: Shown & { onChoose: (id: string) => void }): ReactNode {
  return library.useSessions().map(({ id, name }) => (
    <button key={id} type="button" data-testid="session" onClick={() => onChoose(id)}>
      {name}
    </button>
  ));
}

interface PromptProps extends Shown {
  session: string;
  onSent: (id: string) => void;
}

function Prompt({ library, session, onSent }: PromptProps): ReactNode {
  const createThread = library.useCreateThread();
  const send = library.useSendPrompt();
  const [thread, setThread] = useState<string | null>(null);
  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const prompt = String(form.get('prompt'));
    onSent(await send({ threadId: thread!, title: prompt, prompt, model: String(form.get('model')) }));
  }
  if (thread === null) {
    return (
      <button
        type="button"
        data-testid="new-thread"
        onClick={() => void createThread(session).then(setThread)}
      >
        New thread
      </button>
    );
  }
  return (
    <form data-testid="prompt" data-thread={thread} onSubmit={(event) => void submit(event)}>
      <input name="model" />
      <input name="prompt" />
      <button type="submit">Send</button>
    </form>
  );
}

function Answer({ library, id }: Shown & { id: string }): ReactNode {
  const task = library.useTask(id);
  const cancel = library.useCancel();
  const [text, setText] = useState('');
  const append = useCallback((part: TextPart) => {
    setText((text) => (part.isRestart ? '' : text) + part.text);
  }, []);
  library.useText(id, append);
  return (
    <section data-testid="answer" data-id={id} data-status={task?.status}>
      <pre data-testid="text">{text}</pre>
      <button type="button" data-testid="cancel" onClick={() => void cancel(id)}>
        Cancel
      </button>
    </section>
  );
}

function Tasks({ library, onChoose }: Shown & { onChoose: (id: string) => void }): ReactNode {
  const { tasks, more } = library.useTasks();
  return (
    <>
      <ul>
        {tasks.map(({ id, title, status }) => (
          <li key={id} data-testid="task" data-id={id} data-status={status}>
            <button type="button" onClick={() => onChoose(id)}>
              {title}
            </button>
          </li>
        ))}
      </ul>
      {more && (
        <button type="button" data-testid="more" onClick={more}>
          More
        </button>
      )}
    </>
  );
}
