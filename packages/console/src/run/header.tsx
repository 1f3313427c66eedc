import { Link } from 'wouter';
import { clock, count, duration, elapsed, money } from '../parts/format.ts';
import { isOpen, Status } from '../parts/status.tsx';
import { useNow } from '../parts/use-now.ts';
import { kindOf, pathOf, titleOf } from '../runs/run-title.ts';
import { WORDS } from '../words.ts';
import type { Run } from './use-run.ts';

const { facts } = WORDS.run;

/** What a run is, how far it is, and what it has cost. */
export function Header({ run }: { run: Run }) {
  const { status, progress } = run;
  const now = useNow(isOpen(status));
  return (
    <header className="run-head">
      <h1>{titleOf(run)}</h1>
      <p className="row">
        <Status status={status} />
        <span>{kindOf(run)}</span>
        {status === 'RUNNING' && <progress aria-label={WORDS.run.progress} value={progress} max={1} />}
      </p>
      <dl className="facts">
        {factsOf(run, now).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

function factsOf(run: Run, now: number): (readonly [string, React.ReactNode])[] {
  const { createdAt, startedAt, endedAt, usage, attempt, session } = run;
  const all = [
    [facts.time, startedAt && duration(elapsed(startedAt, endedAt, now))],
    [facts.waited, startedAt && duration(elapsed(createdAt, startedAt))],
    [facts.cost, costOf(run)],
    [facts.tokens, usage.inputTokens + usage.outputTokens > 0 && tokens(usage)],
    [facts.model, run.__typename === 'Task' && run.model],
    [facts.agent, run.__typename === 'Task' && run.agent?.name],
    [facts.attempts, attempt > 1 && count(attempt)],
    [facts.session, session?.name],
    [facts.partOf, partOf(run)],
    [facts.created, clock(createdAt)],
    [facts.cancelled, run.cancelReason],
    [facts.tags, run.tags.join(', ')],
  ] as const;
  return all.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

function partOf(run: Run) {
  if (run.__typename !== 'Task' || !run.execution) return null;
  return <Link href={pathOf(run.execution.id)}>{WORDS.kinds.Execution}</Link>;
}

function tokens({ inputTokens, outputTokens }: Run['usage']): string {
  return WORDS.run.tokens(count(inputTokens), count(outputTokens));
}

function costOf({ cost, costComplete, budget }: Run): string {
  const spent = `${money(cost)}${costComplete ? '' : ` ${WORDS.run.atLeast}`}`;
  return budget ? WORDS.run.ofBudget(spent, money(budget.limit)) : spent;
}
