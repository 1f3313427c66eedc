import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** JSON lines on stderr; stdout is reserved for messages to the person who started the server. */
export function createLog(level: string, destination: DestinationStream = standardError()): Log {
  return pino(
    {
      level,
      base: null,
      redact: { paths: ['*.password', '*.token', '*.authorization', '*.apiKey'], censor: '[redacted]' },
    },
    destination,
  );
}

function standardError(): DestinationStream {
  return pino.destination({ fd: 2, sync: true });
}
