import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import pLimit from 'p-limit';
import { DomainError } from '../../errors.ts';
import type { Admission } from '../requests/admission.ts';

/** Bytes. Shorter bodies are not counted: 1,000 connections of an address hold 16 MB of them at most. */
const SHORT = 16 * 1024;

/** Bytes of bodies that are being received, or not answered yet. */
export const MOST_RECEIVED = { atOnce: 16 * 1024 * 1024, ofProcess: 64 * 1024 * 1024 };

/** Limits the request bodies that this process holds at a time. */
export interface Bodies {
  /**
   * Counts a body from its first byte until its request is answered. While `atOnce` is reached, of each address only
   * the oldest incomplete body is read, and the others wait with their senders: an address can delay its own bodies
   * alone. Above `ofProcess`, a body of the address that holds the most fails with UNAVAILABLE.
   */
  receive(address: string, source: IncomingMessage, response: ServerResponse): Transform;
}

interface Holder {
  bytes: number;
  /** Incomplete bodies, the newest last, with what continues one that waits. */
  receiving: Map<Transform, (() => void) | null>;
}

function createHolders(most: typeof MOST_RECEIVED) {
  const holders = new Map<string, Holder>();
  let total = 0;

  function add(holder: Holder, bytes: number): void {
    holder.bytes += bytes;
    total += bytes;
  }

  function holderOf(address: string): Holder {
    const holder = holders.get(address) ?? { bytes: 0, receiving: new Map() };
    holders.set(address, holder);
    return holder;
  }

  /** The body to reject; null: none, or all are complete. */
  function excessive(holder: Holder, body: Transform): Transform | null {
    if (total <= most.ofProcess) return null;
    const largest = [...holders.values()].reduce((one, other) => (other.bytes > one.bytes ? other : one));
    return (largest === holder ? null : [...largest.receiving.keys()].at(-1)) ?? body;
  }

  /** After a body of this address was received or answered. */
  function afterOne(address: string, holder: Holder): void {
    const isDone = holder.bytes === 0 && holder.receiving.size === 0;
    if (isDone && holders.get(address) === holder) holders.delete(address);
    for (const { receiving } of holders.values()) {
      for (const [body, readNext] of receiving) {
        receiving.set(body, null);
        readNext?.();
        // The first one is the oldest.
        if (total >= most.atOnce) break;
      }
    }
  }

  /** Calls `readNext` now, or when it is the body's turn. */
  function inTurn({ receiving }: Holder, body: Transform, readNext: () => void): void {
    const [oldest] = receiving.keys();
    if (total < most.atOnce || body === oldest) readNext();
    else receiving.set(body, readNext);
  }

  return { add, holderOf, excessive, afterOne, inTurn };
}

export function createBodies(most = MOST_RECEIVED): Bodies {
  const { add, holderOf, excessive, afterOne, inTurn } = createHolders(most);
  /** Parsing one may take 50 ms: between two of them other requests, such as `/health`, get their turn. */
  const reading = pLimit(1);
  return {
    receive(address, source, response) {
      const holder = holderOf(address);
      let received = 0;
      const body = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          received += chunk.length;
          add(holder, chunk.length);
          const refused = excessive(holder, body);
          refused?.destroy(tooMuch());
          if (refused !== body) inTurn(holder, body, () => done(null, chunk));
        },
        flush(done) {
          void reading(() => {
            done();
            return nextTurn();
          });
        },
      });
      holder.receiving.set(body, null);
      // The rest of a rejected body is read and dropped, so that its client can read the response.
      body.on('error', () => source.resume());
      body.once('close', () => {
        holder.receiving.delete(body);
        afterOne(address, holder);
      });
      source.once('error', (error) => body.destroy(error));
      response.once('close', () => {
        add(holder, -received);
        received = 0;
        body.destroy();
        afterOne(address, holder);
      });
      return source.pipe(body);
    },
  };
}

function tooMuch(): DomainError {
  const message =
    'the request bodies of all clients that are being received are too large together; try again in 1 s';
  return new DomainError('UNAVAILABLE', message, { retryAfter: 1 });
}

/** To be called before the parsers of the routes are added. */
export function limitBodies(app: FastifyInstance, admission: Admission): void {
  const bodies = createBodies();
  const counted = new WeakSet<IncomingMessage>();
  app.addHook('preParsing', (request, reply, payload, next) => {
    const { raw } = request;
    // A request that is passed on to another route comes here again.
    if (counted.has(raw) || !isLong(raw)) return next(null, payload);
    counted.add(raw);
    next(null, bodies.receive(admission.address(raw), raw, reply.raw));
  });
}

function isLong({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > SHORT;
}
