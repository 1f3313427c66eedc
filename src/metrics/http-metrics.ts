import type { Gauge, Registry } from 'prom-client';
import type { Dialect } from '../vocabulary.ts';
import { createInstruments } from './instruments.ts';

/** A request that was answered. */
export interface AnsweredRequest {
  method: string;
  /** Its template, such as `/artifacts/:id`; null: nothing is there. */
  route: string | null;
  status: number;
  /** null: a stream, which lasts as long as its reader wants. */
  seconds: number | null;
  /** The legacy API that it is of, and the documented path; null: of none. */
  legacy: { dialect: Dialect; route: string } | null;
}

export type OperationType = 'query' | 'mutation' | 'subscription' | 'unknown';

/** `refused`: nothing of it was carried out; `failed`: some field of it. */
export type OperationOutcome = 'ok' | 'failed' | 'refused';

/** What has come in since the process started, and what is open now. */
export interface Traffic {
  requests: number;
  operations: number;
  subscriptions: number;
  sockets: number;
}

export interface HttpMetrics {
  answered(request: AnsweredRequest): void;
  operation(type: OperationType, outcome: OperationOutcome): void;
  /** @returns what is to be called when it is closed. */
  subscriptionOpened(): () => void;
  socketOpened(): () => void;
  traffic(): Traffic;
}

/** Others are known to Node's parser, and to nobody here. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function measureHttp(registry: Registry): HttpMetrics {
  const make = createInstruments(registry);
  const requests = make.counter(
    'polyphony_http_requests_total',
    'HTTP requests that were answered, by the template of their route.',
    ['method', 'route', 'status'],
  );
  const durations = make.histogram(
    'polyphony_http_request_duration_seconds',
    'From the arrival of an HTTP request to the end of its answer; event streams are not in it.',
    ['method', 'route'],
    SECONDS,
  );
  const legacyRequests = make.counter(
    'polyphony_legacy_requests_total',
    'Requests to the older REST APIs, by the path that their documents give.',
    ['dialect', 'route', 'status'],
  );
  const operations = make.counter(
    'polyphony_graphql_operations_total',
    'GraphQL operations by type; refused ones were not carried out, failed ones have errors beside their data.',
    ['type', 'outcome'],
  );
  const subscriptions = make.gauge('polyphony_graphql_subscriptions', 'GraphQL subscriptions that are open.');
  const sockets = make.gauge('polyphony_sockets', 'WebSockets that are open, those of the older APIs too.');
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
      if (legacy) legacyRequests.inc({ ...legacy, status });
    },
    operation(type, outcome) {
      traffic.operations += 1;
      operations.inc({ type, outcome });
    },
    subscriptionOpened: () => opened(subscriptions, 'subscriptions'),
    socketOpened: () => opened(sockets, 'sockets'),
    traffic: () => ({ ...traffic }),
  };
}
