import type { DomainError } from '../../errors.ts';
import type { Circumstances, Refusal } from '../definitions/terms.ts';
import { type FailureKind, failureKind, STATUSES } from '../errors/status-of-code.ts';
import { isoSeconds } from '../shapes/output.ts';

/**
 * The documented codes. The documentation calls its list the common ones, so there may be others: null is our
 * own.
 */
const CODES = {
  invalid: 'VALIDATION_ERROR',
  unauthenticated: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  missing: 'NOT_FOUND',
  wrong_method: null,
  conflict: null,
  too_large: null,
  wrong_media_type: null,
  rate_limited: 'RATE_LIMITED',
  internal: 'INTERNAL_ERROR',
  bad_upstream: null,
  unavailable: null,
  slow_upstream: null,
} satisfies Record<FailureKind, string | null>;

export function refuse({ code, message }: DomainError, { at }: Circumstances): Refusal {
  const kind = failureKind(code);
  return {
    status: STATUSES[kind],
    body: { detail: message, code: CODES[kind] ?? code, timestamp: isoSeconds(at) },
  };
}
