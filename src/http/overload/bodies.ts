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
export const MOST_RECEIVED = { ofAddress: 48 * 1024 * 1024, ofProcess: 128 * 1024 * 1024 };

/** Limits the request bodies that this process holds at a time. */
export interface Bodies {
  /**
   * Counts a body from its first byte until its request is answered. Above the limit of an address the body
   * fails with RATE_LIMITED; above that of the process, one of the address that holds the most fails with
   * UNAVAILABLE.
   */
  receive(address: string, source: IncomingMessage, response: ServerResponse): Transform;
}

interface Holder {
  bytes: number;
  /** Incomplete bodies; the newest is last. */
  receiving: Set<Transform>;
}

export function createBodies(most = MOST_RECEIVED): Bodies {
  const holders = new Map<string, Holder>();
  let total = 0;
  /** Parsing one may take 50 ms: between two of them other requests, such as `/health`, get their turn. */
  const reading = pLimit(1);

  function add(holder: Holder, bytes: number): void {
    holder.bytes += bytes;
    total += bytes;
  }

  function holderOf(address: string): Holder {
    const holder = holders.get(address) ?? { bytes: 0, receiving: new Set() };
    holders.set(address, holder);
    return holder;
  }

  /** The body to reject; null: none, or all are complete. */
  function excessive(holder: Holder, body: Transform): Transform | null {
    if (total <= most.ofProcess) return null;
    const largest = [...holders.values()].reduce((one, other) => (other.bytes > one.bytes ? other : one));
    return (largest === holder ? null : [...largest.receiving].at(-1)) ?? body;
  }

  return {
    receive(address, source, response) {
      const holder = holderOf(address);
      let received = 0;
      const body = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          received += chunk.length;
          add(holder, chunk.length);
          if (holder.bytes > most.ofAddress) return done(tooMuch('RATE_LIMITED', 'of this address'));
          const refused = excessive(holder, body);
          refused?.destroy(tooMuch('UNAVAILABLE', 'of all clients'));
          if (refused !== body) done(null, chunk);
        },
        flush(done) {
          void reading(() => {
            done();
            return nextTurn();
          });
        },
      });
      holder.receiving.add(body);
      // The rest of a rejected body is read and dropped, so that its client can read the response.
      body.on('error', () => source.resume());
      body.once('close', () => holder.receiving.delete(body));
      source.once('error', (error) => body.destroy(error));
      response.once('close', () => {
        add(holder, -received);
        received = 0;
        body.destroy();
        if (holder.bytes === 0 && holders.get(address) === holder) holders.delete(address);
      });
      return source.pipe(body);
    },
  };
}

function tooMuch(code: 'RATE_LIMITED' | 'UNAVAILABLE', whose: string): DomainError {
  const message = `the request bodies ${whose} that are being received are too large together; try again in 1 s`;
  return new DomainError(code, message, { retryAfter: 1 });
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
