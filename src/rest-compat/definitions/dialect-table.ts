import type { Dialect } from '../../vocabulary.ts';
import type { Endpoint } from './endpoint.ts';
import type { Socket } from './socket.ts';
import type { ErrorWriter, RateLimits } from './terms.ts';

/** One of the older APIs, as data. */
export interface DialectTable extends ErrorWriter {
  name: Dialect;
  endpoints: readonly Endpoint[];
  sockets: readonly Socket[];
  /** null: none are documented. */
  limits: RateLimits | null;
}
