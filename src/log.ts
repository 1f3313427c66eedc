import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** JSON lines on stderr: stdout belongs to what a person who started the server is to read. */
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
