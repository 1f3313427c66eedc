import type { RunError } from '../../errors.ts';
import type { RunEnding, RunKind } from '../../vocabulary.ts';
import { globalId } from '../ids/global-id.ts';
import { KINDS } from './kinds.ts';

/** The end of a run, as known to the transaction that ended it. Times are ISO 8601 with any time zone. */
export interface RunEnd {
  runId: string;
  kind: RunKind;
  status: RunEnding;
  sessionId: string | null;
  error: RunError | null;
  cancelReason: string | null;
  /** US dollars: the known costs of its model calls, and of those of its parts. */
  cost: number;
  /** Whether all costs were known. */
  costComplete: boolean;
  createdAt: string;
  /** null: it never started. */
  startedAt: string | null;
  endedAt: string;
}

/**
 * The body for webhooks: always identical for the same end. Ids and words are those of GraphQL, where
 * receivers can query details; text of users and models is not included.
 */
export function messageOf(end: RunEnd) {
  const { kind, status, sessionId, error, cancelReason, cost, costComplete } = end;
  return {
    type: `${kind}.${status}`,
    timestamp: utc(end.endedAt),
    data: {
      id: runIdOf(end),
      kind: kind.toUpperCase(),
      status: status.toUpperCase(),
      sessionId: sessionId === null ? null : globalId('Session', sessionId),
      error,
      cancelReason,
      cost,
      costComplete,
      createdAt: utc(end.createdAt),
      startedAt: end.startedAt === null ? null : utc(end.startedAt),
      endedAt: utc(end.endedAt),
    },
  };
}

/** The global id of the run in GraphQL. */
export function runIdOf({ kind, runId }: Pick<RunEnd, 'kind' | 'runId'>): string {
  return globalId(KINDS[kind].type, runId);
}

function utc(time: string): string {
  return new Date(time).toISOString();
}

const DOLLAR_PLACES = 6;

/** The same as readable text, in Slack's markup. */
export function slackTextOf(end: RunEnd): string {
  const { kind, status, error, cancelReason, cost, costComplete } = end;
  const why = error ? `${error.code}: ${error.message}` : cancelReason;
  const facts = [
    ...(end.startedAt === null ? [] : [`${secondsBetween(end.startedAt, end.endedAt)} s`]),
    `${costComplete ? '' : 'at least '}$${Number(cost.toFixed(DOLLAR_PLACES))}`,
  ];
  const lines = [
    `*${KINDS[kind].type} ${status}* \`${runIdOf(end)}\``,
    ...(why ? [escaped(why)] : []),
    facts.join(' · '),
  ];
  return lines.join('\n');
}

function secondsBetween(from: string, to: string): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 100) / 10);
}

/** https://api.slack.com/reference/surfaces/formatting#escaping */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
