import type { DomainError } from '../../errors.ts';
import type { Circumstances, Refusal, Subject } from '../definitions/terms.ts';
import { type FailureKind, failureKind, STATUSES } from '../errors/status-of-code.ts';

const ANSWERS = { ...STATUSES, invalid: 400 } satisfies Record<FailureKind, number>;

/**
 * The documented codes. The documentation calls its list the common ones, so there may be others: null is our
 * own.
 */
const CODES = {
  invalid: 'VALIDATION_ERROR',
  unauthenticated: 'AUTHENTICATION_REQUIRED',
  forbidden: 'PERMISSION_DENIED',
  missing: null,
  wrong_method: null,
  conflict: null,
  too_large: null,
  wrong_media_type: null,
  rate_limited: 'RATE_LIMIT_EXCEEDED',
  internal: 'INTERNAL_ERROR',
  bad_upstream: null,
  unavailable: null,
  slow_upstream: null,
} satisfies Record<FailureKind, string | null>;

const MISSING = { task: 'TASK_NOT_FOUND', agent: 'AGENT_NOT_FOUND' } satisfies Record<Subject, string>;

export function refuse({ code, message }: DomainError, { about }: Circumstances): Refusal {
  const kind = failureKind(code);
  const missing = kind === 'missing' && about ? MISSING[about] : null;
  const status = ANSWERS[kind];
  return {
    status,
    body: { detail: message, status_code: status, error_code: missing ?? CODES[kind] ?? code },
  };
}
