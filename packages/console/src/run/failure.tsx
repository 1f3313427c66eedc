import { Link } from 'wouter';
import { CodeText } from '../parts/code-text.tsx';
import { clock } from '../parts/format.ts';
import { pathOf } from '../runs/run-title.ts';
import { WORDS } from '../words.ts';
import type { Run } from './use-run.ts';

interface Props {
  run: Run;
  error: NonNullable<Run['error']>;
}

/** Why a run failed, what led to it, and what to do about it. */
export function Failure({ run, error }: Props) {
  // A server that was upgraded since the page was opened may have further codes.
  const { meaning, remedy } = WORDS.failures[error.code] ?? WORDS.run.unknownFailure;
  const earlier = run.milestones.nodes.filter((event) => event.__typename === 'ModelCallFailed');
  return (
    <section className="note bad" aria-labelledby="failure">
      <h2 id="failure">{WORDS.run.whyFailed}</h2>
      <p>
        <b>
          <CodeText text={meaning} />
        </b>{' '}
        <code>{error.code}</code>
      </p>
      <p className="message">
        <CodeText text={error.message} />
      </p>
      <p>
        <b>{WORDS.run.whatToDo}</b> <CodeText text={remedy} />
      </p>
      <FailedParts run={run} />
      {earlier.length > 0 && (
        <details>
          <summary>{WORDS.run.failedCalls(earlier.length)}</summary>
          <ol>
            {earlier.map(({ seq, at, error: { code, message }, willRetry }) => (
              <li key={seq}>
                <time dateTime={at}>{clock(at)}</time> <code>{code}</code> {message}
                {willRetry && <span className="quiet"> {WORDS.run.retried}</span>}
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

/** Of an execution: its steps that failed, each with its own reason. */
function FailedParts({ run }: { run: Run }) {
  if (run.__typename !== 'Execution') return null;
  const failed = run.steps.filter(({ status }) => status === 'FAILED');
  if (failed.length === 0) return null;
  return (
    <ul>
      {failed.map(({ key, name, error, task }) => (
        <li key={key}>
          {task ? <Link href={pathOf(task.id)}>{name}</Link> : name}: {error?.message}{' '}
          {error && <code>{error.code}</code>}
        </li>
      ))}
    </ul>
  );
}
