import type { DomainError } from '../../errors.ts';
import type { Refusal } from '../definitions/terms.ts';
import { type FailureKind, failureKind, STATUSES } from '../errors/status-of-code.ts';

/** The API's documentation has no 409; a valid request that cannot be fulfilled is answered with its 400. */
const ANSWERS = { ...STATUSES, conflict: 400 } satisfies Record<FailureKind, number>;

export function refuse({ code, message }: DomainError): Refusal {
  return { status: ANSWERS[failureKind(code)], body: { detail: message } };
}
