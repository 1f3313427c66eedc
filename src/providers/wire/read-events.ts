import { createParser } from 'eventsource-parser';
import { AnswerTooLong, MAX_WHOLE_BYTES } from './bounds.ts';

/**
 * The data of a body of server-sent events, as much at a time as arrived together; an empty list is a sign of
 * life. A JSON body, which some servers send although a stream was requested, is one such piece of data.
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
      // No field of an event begins like this.
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
      // Invalid lines are comments of proxies; a line that is too long ends the answer.
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
    /** Some servers omit the empty line after their last event. */
    end(): string[] {
      parser.reset({ consume: true });
      return take();
    },
  };
}

/** An event with this name is an error, whatever it contains: some servers send plain text. */
function errorIn(data: string): string {
  return data.startsWith('{') ? data : JSON.stringify({ error: data });
}

/** Lines of JSON are treated as a stream, too. */
function valuesIn(text: string): string[] {
  try {
    JSON.parse(text);
    return [text];
  } catch {
    return text.split('\n').filter((line) => line.trim() !== '');
  }
}
