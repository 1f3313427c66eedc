import { connectionLost, errorOf, isTransient, type PolyphonyError } from '../error.ts';
import { waitMs } from './backoff.ts';
import type { Resumption } from './resumption.ts';
import type { Tokens } from './tokens.ts';
import type { Operation, Payload, Sink, Stop, Transport } from './transport.ts';

export interface Connection {
  tokens: Tokens;
  /** The transport for the next attempt. */
  transport(): Transport;
}

/** Of attempts that fail sooner, the failures are counted: a token that is refused at once has not expired, it is wrong. */
const SOON_MS = 5_000;
const MOST_REFUSALS = 3;

/** Delivers each payload once, over as many connections as it takes. */
export function subscribe(connection: Connection, resumption: Resumption, sink: Sink<Payload>): Stop {
  const { tokens } = connection;
  const state = { failures: 0, refusals: 0, isStopped: false };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let leave: Stop = () => {};

  function begin(): void {
    const operation = resumption.operation();
    if (!operation) {
      end(connectionLost(null, 'the connection was lost, and this subscription cannot be resumed'));
      return;
    }
    const [generation, begunAt] = [tokens.generation, performance.now()];
    leave = attempt(connection.transport(), operation, {
      next(payload) {
        // Whatever it is, the token was accepted.
        state.refusals = 0;
        const accepted = resumption.accept(payload);
        if (!accepted) return;
        state.failures = 0;
        sink.next(accepted);
      },
      error(error) {
        const isSoon = performance.now() - begunAt < SOON_MS;
        if (!isSoon) Object.assign(state, { failures: 0, refusals: 0 });
        if (error.code === 'UNAUTHENTICATED') void renew(error, generation);
        else retry(error);
      },
      complete: () => end(null),
    });
  }
  function retry(error: PolyphonyError): void {
    state.failures += 1;
    if (isTransient(error)) timer = setTimeout(begin, waitMs(state.failures, error.retryAfter));
    else end(error);
  }
  async function renew(error: PolyphonyError, generation: number): Promise<void> {
    state.refusals += 1;
    const renewed = await tokens.renew(generation).catch((failure: PolyphonyError) => failure);
    if (state.isStopped) return;
    if (renewed === true && state.refusals < MOST_REFUSALS) begin();
    else if (renewed instanceof Error) retry(renewed);
    else end(error);
  }
  function end(error: PolyphonyError | null): void {
    stop();
    if (error) sink.error(error);
    else sink.complete();
  }
  function stop(): void {
    state.isStopped = true;
    clearTimeout(timer);
    leave();
  }

  begin();
  return stop;
}

/** One connection. Nothing follows its first error or its end. */
function attempt(transport: Transport, operation: Operation, sink: Sink<Payload>): Stop {
  let isOver = false;
  const over = (then: () => void) => {
    if (isOver) return;
    isOver = true;
    then();
  };
  const leave = transport.subscribe(operation, {
    next(payload) {
      if (isOver) return;
      if (payload.errors && !hasData(payload)) {
        const { errors } = payload;
        over(() => sink.error(errorOf(errors)));
        leave();
      } else {
        sink.next(payload);
      }
    },
    error: (error) => over(() => sink.error(error)),
    complete: () => over(sink.complete),
  });
  return () => {
    isOver = true;
    leave();
  };
}

function hasData({ data }: Payload): boolean {
  return data !== null && data !== undefined && Object.values(data).some((value) => value !== null);
}
