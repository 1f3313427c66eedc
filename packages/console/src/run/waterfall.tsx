import { useState } from 'react';
import { Link } from 'wouter';
import { duration } from '../parts/format.ts';
import { isOpen } from '../parts/status.tsx';
import { useNow } from '../parts/use-now.ts';
import { pathOf } from '../runs/run-title.ts';
import { WORDS } from '../words.ts';
import { SpanDetails } from './span-details.tsx';
import type { Run } from './use-run.ts';
import { type Span, spansOf } from './waterfall-rows.ts';

/** Percentages have one digit after the point, so that a short span has a width. */
const LEAST_PERCENT = 0.3;

/** Calls of models and tools, steps and rounds on one scale of time; the chosen one in full below its line. */
export function Waterfall({ run }: { run: Run }) {
  const now = useNow(isOpen(run.status));
  const [open, setOpen] = useState<string | null>(null);
  const spans = spansOf(run);
  if (spans.length === 0) return <p className="quiet">{WORDS.run.nothingYet}</p>;
  const begin = Math.min(
    Date.parse(run.startedAt ?? run.createdAt),
    ...spans.map(({ startedAt }) => startedAt),
  );
  const end = Math.max(run.endedAt ? Date.parse(run.endedAt) : now, begin + 1);
  return (
    <ol className="waterfall">
      {spans.map((span) => (
        <li key={span.key}>
          <Line
            {...{ span, begin, end, now }}
            isOpen={open === span.key}
            onToggle={() => setOpen(open === span.key ? null : span.key)}
          />
          {open === span.key && <SpanDetails span={span} />}
        </li>
      ))}
    </ol>
  );
}

interface LineProps {
  span: Span;
  begin: number;
  end: number;
  now: number;
  isOpen: boolean;
  onToggle(): void;
}

function Line({ span, begin, end, now, isOpen, onToggle }: LineProps) {
  const { kind, name, startedAt, endedAt, isFailed, runId } = span;
  const percent = (milliseconds: number) => (100 * milliseconds) / (end - begin);
  const took = (endedAt ?? now) - startedAt;
  const width = Math.max(LEAST_PERCENT, percent(took));
  return (
    <div className="line">
      <button type="button" className="plain" aria-expanded={isOpen} onClick={onToggle}>
        <span className="quiet">{WORDS.spans[kind]}</span> {name}
        {isFailed && <b className="bad"> {WORDS.run.failed}</b>}
      </button>
      <span className="track" aria-hidden="true">
        <span
          className={`bar ${kind} ${isFailed ? 'failed' : ''}`}
          style={{
            left: `${Math.min(100 - LEAST_PERCENT, percent(startedAt - begin))}%`,
            width: `${width}%`,
          }}
        />
      </span>
      <span className="number">{endedAt === null ? WORDS.run.goesOn : duration(took)}</span>
      {runId && <Link href={pathOf(runId)}>{WORDS.run.open}</Link>}
    </div>
  );
}
