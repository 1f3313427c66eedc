import type { StreamPart } from './provider.ts';

/** The parts of all that came together; those before a fault come before it. */
export function* readTogether(
  arrived: readonly string[],
  read: (text: string, parts: StreamPart[]) => void,
): Generator<readonly StreamPart[]> {
  const parts: StreamPart[] = [];
  try {
    for (const text of arrived) read(text, parts);
  } catch (fault) {
    yield parts;
    throw fault;
  }
  yield parts;
}
