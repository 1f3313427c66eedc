import type { Gauge, Registry } from 'prom-client';
import type { Dialect } from '../vocabulary.ts';
import { createInstruments, type Instruments } from './instruments.ts';

/** An answered request. */
export interface AnsweredRequest {
  method: string;
  /** Its template, such as `/artifacts/:id`; null: unknown path. */
  route: string | null;
  status: number;
  /** null: a stream, whose duration depends on its reader. */
  seconds: number | null;
  /** The older API and its documented path; null: none. */
  legacy: { dialect: Dialect; route: string } | null;
}

/** `invalid`: wrong or expired ones; `none`: the request had none. */
export type LegacyCredentials = 'key' | 'token' | 'guest' | 'none' | 'invalid';

/** The kind of program that sent a request, as it named itself. */
export type LegacyProgram = 'python' | 'node' | 'browser' | 'curl' | 'go' | 'java' | 'other' | 'unnamed';

/** A request to an older API, by the program that sent it. */
export interface LegacyRequest {
  dialect: Dialect;
  credentials: LegacyCredentials;
  program: LegacyProgram;
}

export type OperationType = 'query' | 'mutation' | 'subscription' | 'unknown';

/** `refused`: it was not executed; `failed`: at least one field failed. */
export type OperationOutcome = 'ok' | 'failed' | 'refused';

/** Traffic since the process started, and what is currently open. */
export interface Traffic {
  requests: number;
  operations: number;
  subscriptions: number;
  sockets: number;
}

export interface HttpMetrics {
  answered(request: AnsweredRequest): void;
  legacyUsed(request: LegacyRequest): void;
  operation(type: OperationType, outcome: OperationOutcome): void;
  /** @returns a function to call when it is closed */
  subscriptionOpened(): () => void;
  socketOpened(): () => void;
  traffic(): Traffic;
}

/** Node's parser accepts more methods, which are not used here. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function measureHttp(registry: Registry): HttpMetrics {
  const make = createInstruments(registry);
  const requests = make.counter(
    'polyphony_http_requests_total',
    'HTTP requests answered, by route template.',
    ['method', 'route', 'status'],
  );
  const durations = make.histogram(
    'polyphony_http_request_duration_seconds',
    'Seconds from the arrival of an HTTP request to the end of its response, without event streams.',
    ['method', 'route'],
    SECONDS,
  );
  const older = measureOlderApis(make);
  const operations = make.counter(
    'polyphony_graphql_operations_total',
    'GraphQL operations by type; refused ones were not executed, failed ones have errors besides their data.',
    ['type', 'outcome'],
  );
  const subscriptions = make.gauge('polyphony_graphql_subscriptions', 'Open GraphQL subscriptions.');
  const sockets = make.gauge('polyphony_sockets', 'Open WebSockets, including those of the older APIs.');
  const traffic: Traffic = { requests: 0, operations: 0, subscriptions: 0, sockets: 0 };

  const opened = (open: Gauge, name: 'subscriptions' | 'sockets') => {
    open.inc();
    traffic[name] += 1;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      open.dec();
      traffic[name] -= 1;
    };
  };

  return {
    answered({ status, seconds, legacy, ...request }) {
      traffic.requests += 1;
      const method = METHODS.includes(request.method) ? request.method : 'other';
      const route = request.route ?? 'unknown';
      requests.inc({ method, route, status });
      if (seconds !== null) durations.observe({ method, route }, seconds);
      if (legacy) older.requests.inc({ ...legacy, status });
    },
    legacyUsed: (request) => older.clients.inc({ ...request }),
    operation(type, outcome) {
      traffic.operations += 1;
      operations.inc({ type, outcome });
    },
    subscriptionOpened: () => opened(subscriptions, 'subscriptions'),
    socketOpened: () => opened(sockets, 'sockets'),
    traffic: () => ({ ...traffic }),
  };
}

function measureOlderApis(make: Instruments) {
  return {
    requests: make.counter(
      'polyphony_legacy_requests_total',
      'Requests to the older REST APIs, by documented path.',
      ['dialect', 'route', 'status'],
    ),
    clients: make.counter(
      'polyphony_legacy_client_requests_total',
      'Requests to the older REST APIs, by the kinds of their credentials and programs; health checks are not included.',
      ['dialect', 'credentials', 'program'],
    ),
  };
}
