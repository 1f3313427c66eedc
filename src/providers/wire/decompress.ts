import { once } from 'node:events';
import { pipeline, type Readable, type Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';

/** Data are passed on immediately, and a truncated body ends like any other. */
const ZLIB = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH };
const ZSTD = { flush: constants.ZSTD_e_flush, finishFlush: constants.ZSTD_e_flush };

type Decompressor = (body: Readable) => Transform | Promise<Transform>;

// A map: a server may name an encoding `constructor`.
const DECOMPRESSORS = new Map<string, Decompressor>([
  ['gzip', () => createGunzip(ZLIB)],
  ['x-gzip', () => createGunzip(ZLIB)],
  ['br', () => createBrotliDecompress(BROTLI)],
  ['zstd', () => createZstdDecompress(ZSTD)],
  ['deflate', inflate],
]);

/**
 * Removes the content encodings of a body. None was requested, but gateways compress anyway.
 * @throws Error for an unknown encoding
 */
export async function decompress(body: Readable, encodings: string | undefined): Promise<Readable> {
  let decoded = body;
  const names = namesIn(encodings);
  if (names.length > MOST_ENCODINGS) {
    body.destroy();
    throw new Error(`its response has ${names.length} content encodings`);
  }
  for (const name of names.reverse()) {
    const decompressor = DECOMPRESSORS.get(name);
    if (!decompressor) {
      body.destroy();
      throw new Error(`its response has the unsupported content encoding "${name}"`);
    }
    // An error on either side destroys both, and is thrown where the body is read.
    decoded = pipeline(decoded, await decompressor(decoded), () => {});
  }
  return decoded;
}

/** A server compresses once, and a gateway possibly once more. */
const MOST_ENCODINGS = 2;

function namesIn(encodings = ''): string[] {
  const names = encodings.split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== '' && name !== 'identity');
}

/** Half of the servers with `deflate` omit the two bytes of zlib's header, whose lower half byte is 8. */
async function inflate(body: Readable): Promise<Transform> {
  if (body.readableLength === 0 && !body.readableEnded) await once(body, 'readable');
  const first: Buffer | null = body.read();
  if (first) body.unshift(first);
  const hasHead = ((first?.[0] ?? 0) & 0x0f) === 0x08;
  return hasHead ? createInflate(ZLIB) : createInflateRaw(ZLIB);
}
