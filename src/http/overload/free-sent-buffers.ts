/**
 * Memory of buffers that one socket sends once. It is freed when they are sent: V8 leaves a few hundred
 * megabytes of sent responses to its next full garbage collection.
 */
const sentOnce = new WeakSet<ArrayBufferLike>();

/**
 * @param buffer the only one on its ArrayBuffer, which is not read any more after it was passed to a socket
 */
export function markSentOnce(buffer: Buffer): Buffer {
  sentOnce.add(buffer.buffer);
  return buffer;
}

type WriteArguments = [chunk: unknown, encoding?: unknown, callback?: unknown];

/**
 * Arguments of `Socket.write`. The callback is called when the operating system has the bytes, or the socket
 * is closed.
 */
export function freeWhenSent(given: WriteArguments): WriteArguments {
  const [chunk, encoding, callback] = given;
  if (!(chunk instanceof Uint8Array) || !sentOnce.has(chunk.buffer)) return given;
  const done = [encoding, callback].find((argument) => typeof argument === 'function');
  const free = (error?: Error | null) => {
    (chunk.buffer as ArrayBuffer).transfer(0);
    done?.(error);
  };
  return [chunk, typeof encoding === 'string' ? encoding : undefined, free];
}
