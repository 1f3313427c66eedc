import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

/** A WebSocket client of a few lines: thousands of them must cost less than the server that is measured. */
export interface Socket {
  send(message: unknown): void;
  close(): void;
}

const TEXT = 1;
const PING = 9;
const PONG = 10;

/** Resolves when the server has taken the upgrade. @throws Error when it does not. */
export function openSocket(
  url: string,
  protocol: string | null,
  onMessage: (payload: Buffer) => void,
): Promise<Socket> {
  const { hostname, port, host, pathname } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect(Number(port), hostname).setNoDelay();
  let rest: Buffer = Buffer.alloc(0);
  let isOpen = false;
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!isOpen) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!rest.toString('latin1', 0, 12).endsWith('101'))
        return reject(new Error(`${url} answered ${rest}`));
      isOpen = true;
      rest = rest.subarray(end + 4);
      resolve({ send: (message) => socket.write(toFrame(message)), close: () => socket.destroy() });
    }
    rest = readFrames(rest, (opcode, payload) => {
      if (opcode === TEXT) onMessage(payload);
      if (opcode === PING) socket.write(masked(PONG, payload));
    });
  });
  socket.on('error', reject);
  socket.write(
    `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
      `${protocol ? `Sec-WebSocket-Protocol: ${protocol}\r\n` : ''}\r\n`,
  );
  return promise;
}

const toFrame = (message: unknown): Buffer => masked(TEXT, Buffer.from(JSON.stringify(message)));

/** Clients have to mask; a mask of zeros leaves the payload as it is. */
function masked(opcode: number, payload: Buffer): Buffer {
  const long = payload.length > 125;
  const head = Buffer.alloc(long ? 8 : 6);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (long ? 126 : payload.length);
  if (long) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** @returns what is left of an incomplete frame. */
function readFrames(bytes: Buffer, onFrame: (opcode: number, payload: Buffer) => void): Buffer {
  let at = 0;
  while (bytes.length - at >= 2) {
    const short = bytes[at + 1]! & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length - at < head) break;
    const length =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    if (bytes.length - at < head + length) break;
    onFrame(bytes[at]! & 0x0f, bytes.subarray(at + head, at + head + length));
    at += head + length;
  }
  return bytes.subarray(at);
}
