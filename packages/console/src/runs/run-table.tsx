import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { ago, clock, duration, elapsed, money } from '../parts/format.ts';
import { isOpen, Status } from '../parts/status.tsx';
import { useNow } from '../parts/use-now.ts';
import { WORDS } from '../words.ts';
import { kindOf, pathOf, titleOf } from './run-title.ts';
import type { ListedRun } from './use-run-list.ts';

const ROW_PIXELS = 44;

interface Selection {
  ids: ReadonlySet<string>;
  toggle(id: string): void;
}

interface Props {
  runs: readonly ListedRun[];
  /** Absent: there are no boxes. */
  selection?: Selection;
}

/** Only rows that can be seen are in the page, however long the list. */
export function RunTable({ runs, selection }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => setOffset(body.current?.offsetTop ?? 0), []);
  const rows = useWindowVirtualizer({
    count: runs.length,
    estimateSize: () => ROW_PIXELS,
    overscan: 10,
    scrollMargin: offset,
  });
  const now = useNow(runs.some(({ status }) => isOpen(status)));
  const visible = rows.getVirtualItems();
  const { columns } = WORDS.runs;
  return (
    <table className="runs" aria-rowcount={runs.length + 1}>
      <thead>
        <tr>
          {selection && <th className="narrow-cell">{WORDS.runs.selected}</th>}
          {Object.entries(columns).map(([name, word]) => (
            <th key={name} className={name} scope="col">
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        <Space pixels={(visible.at(0)?.start ?? offset) - offset} />
        {visible.map(({ index }) => (
          <RunRow key={runs[index]!.id} {...{ run: runs[index]!, index, now, selection }} />
        ))}
        <Space pixels={rows.getTotalSize() - (visible.at(-1)?.end ?? offset) + offset} />
      </tbody>
    </table>
  );
}

/** In place of the rows that are not in the page. */
function Space({ pixels }: { pixels: number }) {
  return pixels > 0 ? <tr style={{ height: pixels }} /> : null;
}

interface RowProps {
  run: ListedRun;
  index: number;
  now: number;
  selection: Selection | undefined;
}

function RunRow({ run, index, now, selection }: RowProps) {
  const { id, status, startedAt, endedAt, createdAt, cost, progress } = run;
  const title = titleOf(run);
  return (
    <tr aria-rowindex={index + 2} style={{ height: ROW_PIXELS }}>
      {selection && (
        <td>
          <input
            type="checkbox"
            aria-label={WORDS.runs.select(title)}
            checked={selection.ids.has(id)}
            onChange={() => selection.toggle(id)}
          />
        </td>
      )}
      <td>
        <Status status={status} />
        {status === 'RUNNING' && progress > 0 && (
          <span className="quiet"> {Math.floor(progress * 100)} %</span>
        )}
      </td>
      <td className="title">
        <Link href={pathOf(id)}>{title}</Link>
      </td>
      <td className="kind">{kindOf(run)}</td>
      <td className="model">{run.__typename === 'Task' ? run.model : ''}</td>
      <td className="time number">{startedAt && duration(elapsed(startedAt, endedAt, now))}</td>
      <td className="cost number">{cost > 0 && money(cost)}</td>
      <td className="created">
        <time dateTime={createdAt} title={clock(createdAt)}>
          {ago(createdAt, now)}
        </time>
      </td>
    </tr>
  );
}
