import { DomainError } from '../../errors.ts';
import { isConnectionLoss } from '../../store/database/connection-loss.ts';

/** Error message of pg for the last requests of a process that stops. */
const STOPPING = /after calling end on the pool/;

/** The error for a request that could not reach the database; null for other errors. */
export function asUnavailable(error: Error): DomainError | null {
  if (!isConnectionLoss(error) && !STOPPING.test(error.message)) return null;
  const message = 'the database is unavailable at the moment; try again in a second';
  return new DomainError('UNAVAILABLE', message, {}, { cause: error });
}
