import { createParser } from 'eventsource-parser';
import { AnswerTooLong, MAX_WHOLE_BYTES } from './bounds.ts';

/**
 * The data of a body of server-sent events, as much at a time as came together; nothing is a sign of life. A body of
 * JSON, which some servers answer with although a stream was asked for, is one such piece of data.
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  const events = readStream();
  let whole: string | null = null;
  let hasBegun = false;
  for await (const bytes of body) {
    const text = decoder.decode(bytes, { stream: true });
    if (!hasBegun && text.trim() !== '') {
      hasBegun = true;
      // No field of an event is called so.
      if (/^\s*[{[]/.test(text)) whole = '';
    }
    if (whole === null) yield events.read(text);
    else {
      whole += text;
      if (whole.length > MAX_WHOLE_BYTES) throw new AnswerTooLong();
      yield [];
    }
  }
  yield whole === null ? events.end() : valuesIn(whole);
}

function readStream() {
  let arrived: string[] = [];
  let broken: Error | null = null;
  const parser = createParser({
    maxBufferSize: MAX_WHOLE_BYTES,
    onEvent: ({ event, data }) => void arrived.push(event === 'error' ? errorIn(data) : data),
    onError(error) {
      // Lines that are none of the format are comments of proxies; what is too long ends the answer.
      if (error.type === 'max-buffer-size-exceeded') broken ??= error;
    },
  });
  function take(): string[] {
    const taken = arrived;
    arrived = [];
    return taken;
  }
  return {
    read(text: string): string[] {
      parser.feed(text);
      if (broken) throw broken;
      return take();
    },
    /** Some servers leave out the empty line after their last event. */
    end(): string[] {
      parser.reset({ consume: true });
      return take();
    },
  };
}

/** An event of this name is an error, whatever it holds: some servers send plain words. */
function errorIn(data: string): string {
  return data.startsWith('{') ? data : JSON.stringify({ error: data });
}

/** Lines of JSON are a stream, too. */
function valuesIn(text: string): string[] {
  try {
    JSON.parse(text);
    return [text];
  } catch {
    return text.split('\n').filter((line) => line.trim() !== '');
  }
}
