import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import type { Analytics } from '../../store/analytics/analytics.ts';
import type { AnalyticsScope } from '../../store/analytics/scope.ts';
import { validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { session } from '../sessions/session.ts';
import { userLabel } from '../sessions/session-input.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const USUAL_DAYS = 30;
const MAX_DAYS = 366;

/** Totals of runs, and the period in which they were created; null: unlimited. */
export type AnalyticsReport = Analytics & { window: { from: Date; to: Date } | null };

/** Totals of all runs in a session. @throws DomainError NOT_FOUND */
export async function sessionAnalytics(context: Context, sessionId: string): Promise<AnalyticsReport> {
  const { id, ownerId } = await session(context, sessionId, 'sessionId');
  return report(context, { ownerId, sessionId: id, userLabel: null, window: null });
}

async function report({ store }: Context, scope: AnalyticsScope): Promise<AnalyticsReport> {
  const analytics = await store.lookups.analytics(scope);
  const { window } = scope;
  return { ...analytics, window: window && { from: window.from, to: window.to ?? new Date() } };
}

/** The arguments as given. */
export interface AnalyticsArguments {
  from?: Date | null | undefined;
  to?: Date | null | undefined;
  userLabel?: string | null | undefined;
}

const labels = z.object({ userLabel: userLabel.nullish() });

/** Totals of the viewer's runs in a period. @throws DomainError VALIDATION_ERROR */
export async function userAnalytics(context: Context, given: AnalyticsArguments): Promise<AnalyticsReport> {
  const { userId: ownerId } = requireViewer(context);
  const { userLabel = null } = validate(labels, { userLabel: given.userLabel });
  return report(context, { ownerId, sessionId: null, userLabel, window: windowOf(given) });
}

/** @throws DomainError VALIDATION_ERROR */
function windowOf({ from, to }: AnalyticsArguments): NonNullable<AnalyticsScope['window']> {
  const end = to ?? new Date();
  // Of whole hours, totals are kept.
  const begin = from ?? new Date(Math.floor((end.getTime() - USUAL_DAYS * DAY_MS) / HOUR_MS) * HOUR_MS);
  if (begin >= end) throw wrongWindow('from: must be before to');
  if (end.getTime() - begin.getTime() > MAX_DAYS * DAY_MS)
    throw wrongWindow(`from: must be at most ${MAX_DAYS} days before to`);
  return { from: begin, to: to ?? null };
}

function wrongWindow(message: string): DomainError {
  return new DomainError('VALIDATION_ERROR', message, { field: 'from' });
}
