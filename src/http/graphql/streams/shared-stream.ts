import { PassThrough, type Readable } from 'node:stream';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { DomainError } from '../../../errors.ts';
import { PING, PING_MS } from './event-stream.ts';
import { printResult } from './printed-result.ts';

/** As on one WebSocket. */
const MOST_OPERATIONS = 100;

export type Results = ExecutionResult | AsyncIterable<ExecutionResult>;

/** One stream of server-sent events with the results of many operations, each under its id. */
export interface SharedStream {
  /** Results wait until it is open. @throws DomainError CONFLICT when it is */
  open(): Readable;
  /** Reserves the id of an operation. @throws DomainError CONFLICT, RATE_LIMITED */
  begin(id: string): SharedOperation;
  /** Stops an operation, if it runs. */
  stop(id: string): void;
  /** Ends all operations with an error, and the stream. */
  end(error: GraphQLError): void;
}

export interface SharedOperation {
  /** Sends the results, as fast as the client reads them, and then that the operation is complete. */
  carry(results: unknown): void;
  /** Frees the id, unless results are carried. */
  release(): void;
}

interface Operation {
  id: string;
  stop(): void;
}

/** @param closed is called once the stream is closed, also before it was opened */
export function createSharedStream(closed: () => void): SharedStream {
  // Each operation may wait until the client has read what was written.
  const events = new PassThrough().setMaxListeners(MOST_OPERATIONS + 10);
  const opened = Promise.withResolvers<void>();
  const operations = createOperations(events, opened.promise);
  let pings: NodeJS.Timeout | null = null;

  events.once('close', () => {
    if (pings) clearInterval(pings);
    operations.stopAll();
    opened.resolve();
    closed();
  });

  return {
    ...operations,
    open() {
      if (pings) throw new DomainError('CONFLICT', 'the stream is open already; reserve another');
      pings = setInterval(() => {
        if (!events.writableNeedDrain) events.write(PING);
      }, PING_MS);
      events.write(PING);
      opened.resolve();
      return events;
    },
    end(error) {
      for (const id of operations.stopAll()) {
        events.write(toNext(id, { errors: [error] }));
        events.write(toComplete(id));
      }
      events.end();
      // No one reads what was never opened.
      if (!pings) events.destroy();
    },
  };
}

function createOperations(events: PassThrough, opened: Promise<void>) {
  const operations = new Map<string, Operation>();
  const isRunning = (operation: Operation) => operations.get(operation.id) === operation;
  const remove = (operation: Operation) => void (isRunning(operation) && operations.delete(operation.id));

  /** Sends nothing of an operation that was stopped, whose id may belong to another one by now. */
  async function send(operation: Operation, event: Buffer): Promise<void> {
    await opened;
    while (isRunning(operation) && events.writableNeedDrain) await drainedOrClosed(events);
    if (isRunning(operation)) events.write(event);
  }

  async function carry(operation: Operation, results: Results): Promise<void> {
    const { id } = operation;
    if (isAsyncIterable(results)) {
      const iterator = (results as AsyncIterable<ExecutionResult>)[Symbol.asyncIterator]();
      operation.stop = () => void iterator.return?.();
      // It may have been stopped while it was executed.
      if (!isRunning(operation)) return operation.stop();
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        await send(operation, toNext(id, next.value));
      }
    } else {
      await send(operation, toNext(id, results as ExecutionResult));
    }
    await send(operation, toComplete(id));
    remove(operation);
  }

  return {
    begin(id: string): SharedOperation {
      if (operations.has(id)) throw new DomainError('CONFLICT', 'an operation with this id is running');
      if (operations.size >= MOST_OPERATIONS) throw tooMany();
      const operation: Operation = { id, stop() {} };
      operations.set(id, operation);
      let isCarried = false;
      return {
        carry(results) {
          isCarried = true;
          carry(operation, results as Results).catch(() => events.destroy());
        },
        release: () => void (isCarried || remove(operation)),
      };
    },
    stop(id: string): void {
      const operation = operations.get(id);
      operations.delete(id);
      operation?.stop();
    },
    /** @returns the ids of those that ran */
    stopAll(): string[] {
      const running = [...operations.values()];
      operations.clear();
      for (const { stop } of running) stop();
      return running.map(({ id }) => id);
    },
  };
}

/** A closed stream never drains. */
function drainedOrClosed(events: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      events.off('drain', done);
      events.off('close', done);
      resolve();
    };
    events.once('drain', done);
    events.once('close', done);
  });
}

function toNext(id: string, payload: ExecutionResult): Buffer {
  const head = `event: next\ndata: {"id":${JSON.stringify(id)},"payload":`;
  return Buffer.concat([Buffer.from(head), printResult(payload), Buffer.from('}\n\n')]);
}

function toComplete(id: string): Buffer {
  return Buffer.from(`event: complete\ndata: ${JSON.stringify({ id })}\n\n`);
}

function tooMany(): DomainError {
  const message = `an event stream carries at most ${MOST_OPERATIONS} operations at a time`;
  return new DomainError('RATE_LIMITED', message);
}
