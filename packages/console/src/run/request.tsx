import { WORDS } from '../words.ts';
import type { Run } from './use-run.ts';

/** What was asked, word for word. */
export function Request({ run }: { run: Run }) {
  return (
    <>
      {textsOf(run).map(([name, text]) => (
        <section key={name}>
          <h2>{name}</h2>
          <pre className="answer">{text}</pre>
        </section>
      ))}
    </>
  );
}

function textsOf(run: Run): (readonly [string, string])[] {
  const { asked } = WORDS.run;
  const metadata = [asked.metadata, run.metadata === null ? null : json(run.metadata)] as const;
  const present = (texts: readonly (readonly [string, string | null])[]) =>
    [...texts, metadata].flatMap(([name, text]) => (text ? [[name, text] as const] : []));
  switch (run.__typename) {
    case 'Task':
      return present([
        [asked.system, run.systemPrompt],
        [asked.prompt, run.prompt],
      ]);
    case 'Execution':
      return present([[asked.input, json(run.executionInput)]]);
    case 'Orchestration':
      return present([[asked.prompt, run.prompt]]);
    case 'BulkOperation':
      return present([]);
  }
}

const json = (value: unknown) => JSON.stringify(value, null, 2);
