import * as Tabs from '@radix-ui/react-tabs';
import { Link } from 'wouter';
import { Json } from '../parts/json.tsx';
import { ErrorNote } from '../parts/notes.tsx';
import { useTitle } from '../parts/use-title.ts';
import { pathOf, titleOf } from '../runs/run-title.ts';
import { WORDS } from '../words.ts';
import { Actions } from './actions.tsx';
import { Answer } from './answer.tsx';
import { Artifacts } from './artifacts.tsx';
import { EventTable } from './event-table.tsx';
import { Failure } from './failure.tsx';
import { Header } from './header.tsx';
import { Plan } from './plan.tsx';
import { Question } from './question.tsx';
import { Request } from './request.tsx';
import { type Run, useRun } from './use-run.ts';
import { Waterfall } from './waterfall.tsx';

const { tabs } = WORDS.run;

/** Everything about one run, from why it failed to the last event of its log. */
export function RunPage({ id }: { id: string }) {
  const { run, lastSeq, error, isPending } = useRun(decodeURIComponent(id));
  useTitle(run ? titleOf(run) : WORDS.pages.run);
  if (error) return <ErrorNote error={error} />;
  if (isPending) return <p className="quiet">{WORDS.loading}</p>;
  if (!run) return <h1>{WORDS.run.unknown}</h1>;
  return (
    <>
      <Header run={run} />
      <Actions run={run} />
      {run.status === 'FAILED' && run.error && <Failure run={run} error={run.error} />}
      {run.status === 'WAITING' && <Question run={run} />}
      <Tabs.Root defaultValue="result">
        <Tabs.List className="tabs" aria-label={WORDS.run.parts}>
          {Object.entries(tabs).map(([name, label]) => (
            <Tabs.Trigger key={name} value={name}>
              {label}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value="result">
          <Result run={run} />
        </Tabs.Content>
        <Tabs.Content value="timeline">
          <Waterfall run={run} />
        </Tabs.Content>
        <Tabs.Content value="request">
          <Request run={run} />
        </Tabs.Content>
        <Tabs.Content value="events">
          <EventTable runId={run.id} lastSeq={lastSeq} />
        </Tabs.Content>
      </Tabs.Root>
    </>
  );
}

function Result({ run }: { run: Run }) {
  switch (run.__typename) {
    case 'Task':
      return (
        <>
          <Plan steps={run.plan.steps} />
          <Answer task={run} />
          <Artifacts artifacts={run.artifacts} />
        </>
      );
    case 'Execution':
      return (
        <>
          <Waterfall run={run} />
          {run.executionResult !== null && <Json value={run.executionResult} />}
        </>
      );
    case 'Orchestration':
      return <pre className="answer">{run.finalResponse ?? WORDS.run.noText}</pre>;
    case 'BulkOperation':
      return <BulkCounts bulk={run} />;
  }
}

function BulkCounts({ bulk }: { bulk: Extract<Run, { __typename: 'BulkOperation' }> }) {
  return (
    <>
      <p>{WORDS.run.bulkCounts(bulk.done, bulk.matched, bulk.skipped, bulk.failed)}</p>
      <ul>
        {bulk.examples.map(({ runId, code, message }) => (
          <li key={runId}>
            <Link href={pathOf(runId)}>{WORDS.run.open}</Link> <code>{code}</code> {message}
          </li>
        ))}
      </ul>
    </>
  );
}
