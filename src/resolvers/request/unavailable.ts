import { DomainError } from '../../errors.ts';
import { isConnectionLoss } from '../../store/database/connection-loss.ts';

/** pg, to the last requests of a process that stops. */
const STOPPING = /after calling end on the pool/;

/** The error for a request that met a database that is out of reach; null when something else went wrong. */
export function asUnavailable(error: Error): DomainError | null {
  if (!isConnectionLoss(error) && !STOPPING.test(error.message)) return null;
  const message = 'the database is out of reach at the moment; try again in a second';
  return new DomainError('UNAVAILABLE', message, {}, { cause: error });
}
