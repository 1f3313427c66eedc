import { maxHeaderSize, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { TIMEOUTS } from '../overload/connections.ts';

type ParseError = Error & { code?: string };

interface Refusal {
  status: number;
  code: 'PAYLOAD_TOO_LARGE' | 'VALIDATION_ERROR';
  message: string;
}

const REFUSALS: Record<string, Refusal> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'PAYLOAD_TOO_LARGE',
    message: `the URL and the headers have more than ${maxHeaderSize} bytes`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'VALIDATION_ERROR',
    message: `the request was not complete within ${TIMEOUTS.requestTimeout / 1000} s`,
  },
};

const MALFORMED: Refusal = { status: 400, code: 'VALIDATION_ERROR', message: 'this is not valid HTTP' };

/** Answers data that cannot be parsed as a request, and closes the connection. */
export function refuseMalformed({ code = '' }: ParseError, socket: Socket): void {
  if (!socket.writable || code === 'ECONNRESET') return void socket.destroy();
  const { status, message, ...extensions } = REFUSALS[code] ?? MALFORMED;
  const body = JSON.stringify({ errors: [{ message, extensions }] });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
