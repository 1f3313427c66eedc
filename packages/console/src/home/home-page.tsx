import { ErrorNote } from '../parts/notes.tsx';
import { useTitle } from '../parts/use-title.ts';
import { RunTable } from '../runs/run-table.tsx';
import { useRunList } from '../runs/use-run-list.ts';
import { WORDS } from '../words.ts';
import { SetupPart } from './setup.tsx';
import { TryBox } from './try-box.tsx';

const RUNNING = { statuses: ['QUEUED', 'RUNNING', 'WAITING'] } as const;

export function HomePage() {
  useTitle(WORDS.pages.home);
  return (
    <>
      <h1>{WORDS.home.title}</h1>
      <TryBox />
      <section aria-labelledby="running">
        <h2 id="running">{WORDS.home.running}</h2>
        <RunningNow />
      </section>
      <SetupPart />
    </>
  );
}

function RunningNow() {
  const { runs, error, isPending } = useRunList({ filter: { statuses: [...RUNNING.statuses] } });
  if (error) return <ErrorNote error={error} />;
  if (isPending) return <p className="quiet">{WORDS.loading}</p>;
  if (runs.length === 0) return <p className="quiet">{WORDS.home.idle}</p>;
  return <RunTable runs={runs} />;
}
