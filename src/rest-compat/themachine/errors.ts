import type { DomainError } from '../../errors.ts';
import type { Refusal } from '../definitions/terms.ts';
import { type FailureKind, failureKind, STATUSES } from '../errors/status-of-code.ts';

/** The documentation has neither 409 nor 422: every error of a request is answered with its 400. */
const ANSWERS = { ...STATUSES, invalid: 400, conflict: 400 } satisfies Record<FailureKind, number>;

export function refuse({ code, message }: DomainError): Refusal {
  return { status: ANSWERS[failureKind(code)], body: { detail: message } };
}
