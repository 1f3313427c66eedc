import { PassThrough, type Readable } from 'node:stream';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { DomainError } from '../../../errors.ts';
import type { Backlog, Reader } from '../../overload/backlog.ts';
import { PING, PING_MS } from './event-stream.ts';
import { printResult } from './printed-result.ts';
import { createWaitingEvents, type WaitingEvents } from './waiting-events.ts';

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

/**
 * @param backlog of all streams
 * @param closed is called once the stream is closed, also before it was opened
 */
export function createSharedStream(backlog: Backlog<Reader>, closed: () => void): SharedStream {
  const events = new PassThrough();
  const waiting = createWaitingEvents<Operation>(events, backlog);
  const operations = createOperations(waiting, () => void events.destroy());
  let pings: NodeJS.Timeout | null = null;

  events.once('close', () => {
    if (pings) clearInterval(pings);
    operations.stopAll();
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
      waiting.open();
      return events;
    },
    end(error) {
      for (const id of operations.stopAll()) {
        events.write(toNext(id, { errors: [error] }));
        events.write(toComplete(id));
      }
      events.end();
      if (pings) clearInterval(pings);
      // No one reads what was never opened.
      else events.destroy();
    },
  };
}

/** @param fail ends the stream when results cannot be read */
function createOperations(waiting: WaitingEvents<Operation>, fail: () => void) {
  const operations = new Map<string, Operation>();
  const isRunning = (operation: Operation) => operations.get(operation.id) === operation;
  const remove = (operation: Operation) => void (isRunning(operation) && operations.delete(operation.id));

  /** Sends nothing of an operation that was stopped, whose id may belong to another one by now. */
  async function send(operation: Operation, event: Buffer): Promise<void> {
    if (isRunning(operation)) await waiting.send(operation, event);
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

  function halt(operation: Operation): void {
    operations.delete(operation.id);
    waiting.drop(operation);
    operation.stop();
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
          carry(operation, results as Results).catch(fail);
        },
        release: () => void (isCarried || remove(operation)),
      };
    },
    stop(id: string): void {
      const operation = operations.get(id);
      if (operation) halt(operation);
    },
    /** @returns the ids of those that ran */
    stopAll(): string[] {
      const running = [...operations.values()];
      for (const operation of running) halt(operation);
      return running.map(({ id }) => id);
    },
  };
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
