import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import pLimit from 'p-limit';
import { DomainError } from '../../errors.ts';
import type { Admission } from '../requests/admission.ts';

/** Bytes. Shorter bodies are not counted: 1,000 connections of an address hold 16 MB of them at most. */
const SHORT = 16 * 1024;

/** Bytes. */
export const MOST_RECEIVED = {
  atOnce: 16 * 1024 * 1024,
  ofAddressAtOnce: 4 * 1024 * 1024,
  ofAddress: 48 * 1024 * 1024,
  ofProcess: 128 * 1024 * 1024,
};

/** Bytes. What parsing leaves behind is collected beside it; twenty bodies one after the other would be faster. */
const PARSED_PER_MS = 40 * 1024;

/** A request that takes longer, such as an event stream, waits for something else than the work with its body. */
const WORK_MS = 2_000;

/** Limits the request bodies that this process holds at a time. */
export interface Bodies {
  /**
   * Counts a body from its first byte until its request is answered.
   *
   * While bodies of `atOnce` are received or worked with, of each address only its first `ofAddressAtOnce` and its oldest
   * incomplete body are read, and the others wait with their senders. Above `ofAddress` the body fails with
   * RATE_LIMITED; above `ofProcess`, one of the address that holds the most fails with UNAVAILABLE.
   */
  receive(address: string, source: IncomingMessage, response: ServerResponse): Transform;
}

interface Holder {
  /** Of all its bodies that are not answered. */
  bytes: number;
  /** Of those of them that are received or worked with. */
  bytesAtOnce: number;
  /** Incomplete bodies, the newest last. For one that waits, a function that reads on; null: it does not wait. */
  receiving: Map<Transform, (() => void) | null>;
}

function createHolders(most: typeof MOST_RECEIVED) {
  const holders = new Map<string, Holder>();
  let total = 0;
  let atOnce = 0;

  function holderOf(address: string): Holder {
    const holder = holders.get(address) ?? { bytes: 0, bytesAtOnce: 0, receiving: new Map() };
    holders.set(address, holder);
    return holder;
  }

  function add(holder: Holder, bytes: number): void {
    holder.bytes += bytes;
    total += bytes;
  }

  function addAtOnce(holder: Holder, bytes: number): void {
    holder.bytesAtOnce += bytes;
    atOnce += bytes;
  }

  /** The body to reject; null: none. */
  function excessive(holder: Holder, body: Transform): Transform | null {
    if (total <= most.ofProcess) return null;
    const largest = [...holders.values()].reduce((one, other) => (other.bytes > one.bytes ? other : one));
    if (largest === holder) return body;
    const newest = [...largest.receiving.keys()].at(-1);
    return newest ?? (holder.bytes > most.ofAddressAtOnce ? body : null);
  }

  function mayRead({ receiving, bytesAtOnce }: Holder, body: Transform): boolean {
    const [oldest] = receiving.keys();
    return atOnce < most.atOnce || bytesAtOnce < most.ofAddressAtOnce || body === oldest;
  }

  /** Calls `readNext` now, or when it is the body's turn. */
  function inTurn(holder: Holder, body: Transform, readNext: () => void): void {
    if (mayRead(holder, body)) readNext();
    else holder.receiving.set(body, readNext);
  }

  /** After bodies of an address became fewer or smaller. */
  function afterOne(address: string, changed: Holder): void {
    const isDone = changed.bytes === 0 && changed.receiving.size === 0;
    if (isDone && holders.get(address) === changed) holders.delete(address);
    for (const holder of holders.values()) {
      for (const [body, readNext] of holder.receiving) {
        if (!mayRead(holder, body)) break;
        holder.receiving.set(body, null);
        readNext?.();
      }
    }
  }

  return { holderOf, add, addAtOnce, excessive, inTurn, afterOne };
}

export function createBodies(most = MOST_RECEIVED): Bodies {
  const { holderOf, add, addAtOnce, excessive, inTurn, afterOne } = createHolders(most);
  /** Parsing one may take 50 ms: after it other requests, such as `/health`, get their turn. */
  const reading = pLimit(1);
  return {
    receive(address, source, response) {
      const holder = holderOf(address);
      const counted = { bytes: 0, bytesAtOnce: 0 };
      let timer: NodeJS.Timeout | undefined;
      const body = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          counted.bytes += chunk.length;
          counted.bytesAtOnce += chunk.length;
          add(holder, chunk.length);
          addAtOnce(holder, chunk.length);
          if (holder.bytes > most.ofAddress) return done(tooMuch('RATE_LIMITED', 'of this address'));
          const refused = excessive(holder, body);
          refused?.destroy(tooMuch('UNAVAILABLE', 'of all clients'));
          if (refused !== body) inTurn(holder, body, () => done(null, chunk));
        },
        flush(done) {
          void reading(() => {
            done();
            return sleep(counted.bytes / PARSED_PER_MS);
          });
        },
      });
      function endWork(): void {
        clearTimeout(timer);
        addAtOnce(holder, -counted.bytesAtOnce);
        counted.bytesAtOnce = 0;
        afterOne(address, holder);
      }
      holder.receiving.set(body, null);
      // The rest of a rejected body is read and dropped, so that its client can read the response.
      body.on('error', () => source.resume());
      body.once('close', () => {
        holder.receiving.delete(body);
        timer = setTimeout(endWork, WORK_MS).unref();
        afterOne(address, holder);
      });
      source.once('error', (error) => body.destroy(error));
      response.once('close', () => {
        add(holder, -counted.bytes);
        counted.bytes = 0;
        body.destroy();
        endWork();
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
