import { ProviderError, type StreamPart } from '../../src/providers/provider.ts';

export interface Heard {
  parts: StreamPart[];
  text: string;
  reasoning: string;
  /** What the stream rejected with. */
  error: unknown;
}

/** Reads to the end, keeping what came before an error. */
export async function listen(
  stream: AsyncIterable<readonly StreamPart[]>,
  onPart: (part: StreamPart) => void = () => {},
): Promise<Heard> {
  const heard: Heard = { parts: [], text: '', reasoning: '', error: null };
  try {
    for await (const part of each(stream)) {
      heard.parts.push(part);
      if ('text' in part) heard[part.type] += part.text;
      onPart(part);
    }
  } catch (error) {
    heard.error = error;
  }
  return heard;
}

/** One part at a time. */
export async function* each(stream: AsyncIterable<readonly StreamPart[]>): AsyncGenerator<StreamPart> {
  for await (const parts of stream) yield* parts;
}

/** How a stream failed that had to fail. */
export function failureOf({ error }: Heard): ProviderError {
  if (error instanceof ProviderError) return error;
  throw new Error(`expected a ProviderError, got ${String(error)}`, { cause: error });
}
