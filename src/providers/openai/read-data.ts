import { createParser } from 'eventsource-parser';
import { boundedBytes } from '../bounded-answer.ts';

/** No chunk of a chat is longer; without a bound a server without line ends would fill the memory. */
const LONGEST = 16 * 1024 * 1024;

/** The data of a body of server-sent events, as much at a time as came together; nothing is a sign of life. */
export async function* readData(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<readonly string[]> {
  let arrived: string[] = [];
  let fault: Error | null = null;
  const parser = createParser({
    maxBufferSize: LONGEST,
    onEvent: ({ data }) => void arrived.push(data),
    onError(error) {
      fault ??= error;
    },
  });
  const decoder = new TextDecoder();
  for await (const bytes of boundedBytes(body)) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    yield arrived;
    if (fault) throw fault;
    arrived = [];
  }
  // Some servers leave out the empty line after their last event.
  parser.reset({ consume: true });
  yield arrived;
}
