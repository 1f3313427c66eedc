import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';

interface Encoding {
  /** The `content-encoding`. */
  readonly name: string;
  readonly encode: (body: string) => Buffer;
}

/** What a body may be compressed with. */
export const ENCODINGS: Readonly<Record<string, Encoding>> = {
  gzip: { name: 'gzip', encode: gzipSync },
  'x-gzip': { name: 'x-gzip', encode: gzipSync },
  deflate: { name: 'deflate', encode: deflateSync },
  'deflate without its head': { name: 'deflate', encode: deflateRawSync },
  br: { name: 'br', encode: brotliCompressSync },
  zstd: { name: 'zstd', encode: zstdCompressSync },
  'gzip then br': { name: 'gzip, br', encode: (body) => brotliCompressSync(gzipSync(body)) },
  identity: { name: 'identity', encode: (body) => Buffer.from(body) },
};
