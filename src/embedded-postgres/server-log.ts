import { open, stat, truncate } from 'node:fs/promises';
import type { Layout } from './layout.ts';

const LARGEST_BYTES = 4 * 1024 * 1024;
const TAIL_BYTES = 4000;
const CHECK_EVERY_MS = 60_000;

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function shorten(path: string): Promise<void> {
  if ((await sizeOf(path)) > LARGEST_BYTES) await truncate(path);
}

/** The server appends (O_APPEND), so truncating the file while it runs is safe and leaves no hole. */
export function keepLogShort({ logFile }: Layout): () => void {
  const timer = setInterval(() => void shorten(logFile).catch(() => {}), CHECK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Calls `start` with a descriptor to log to; returns its result and a function that reads what was logged
 * since.
 */
export async function withLog<T>(
  { logFile }: Layout,
  start: (descriptor: number) => T,
): Promise<{ started: T; logged: () => Promise<string> }> {
  await shorten(logFile);
  const file = await open(logFile, 'a', 0o600);
  const from = (await file.stat()).size;
  try {
    return { started: start(file.fd), logged: () => readFrom(logFile, from) };
  } finally {
    await file.close();
  }
}

async function readFrom(path: string, from: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const start = Math.max(from, (await file.stat()).size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, start);
    return buffer.toString('utf8', 0, bytesRead).trim();
  } finally {
    await file.close();
  }
}
