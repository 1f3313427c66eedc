import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createPolyphony, PolyphonyError } from 'polyphony-client';
import { PolyphonyProvider } from 'polyphony-client/react';
import { lazy, Suspense } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { Route, Switch } from 'wouter';
import { HomePage } from '../home/home-page.tsx';
import { reportConnection } from '../live/connection.ts';
import { useLiveRuns } from '../live/live-runs.ts';
import { RunsPage } from '../runs/runs-page.tsx';
import { WORDS } from '../words.ts';
import { AccountGate } from './account-gate.tsx';
import { Layout } from './layout.tsx';

const RunPage = lazy(() => import('../run/run-page.tsx').then((module) => ({ default: module.RunPage })));

const polyphony = createPolyphony({
  url: new URL('/graphql', location.href).href,
  cookie: true,
  onConnectionChange: reportConnection,
});

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // Events say when something has changed.
      refetchOnWindowFocus: false,
      staleTime: 30_000,
      retry: (failures, error) => failures < 5 && isPassing(error),
    },
  },
});

/** Whether the same request may succeed later. */
function isPassing(error: Error): boolean {
  return (
    error instanceof PolyphonyError && ['CONNECTION_LOST', 'UNAVAILABLE', 'RATE_LIMITED'].includes(error.code)
  );
}

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <PolyphonyProvider value={polyphony}>
        <AccountGate>
          <Layout>
            <ErrorBoundary fallback={<Broken />}>
              <Pages />
            </ErrorBoundary>
          </Layout>
        </AccountGate>
      </PolyphonyProvider>
    </QueryClientProvider>
  );
}

/** Such as after an upgrade of the server, whose pages have other files. */
function Broken() {
  return (
    <p role="alert" className="note bad">
      {WORDS.broken}{' '}
      <button type="button" onClick={() => location.reload()}>
        {WORDS.reload}
      </button>
    </p>
  );
}

function Pages() {
  useLiveRuns();
  return (
    <Suspense fallback={<p className="quiet">{WORDS.loading}</p>}>
      <Switch>
        <Route path="/" component={HomePage} />
        <Route path="/runs" component={RunsPage} />
        <Route path="/runs/:id">{({ id }) => <RunPage key={id} id={id} />}</Route>
      </Switch>
    </Suspense>
  );
}
