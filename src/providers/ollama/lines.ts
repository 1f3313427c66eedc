import { isJsonObject } from '../../rules/json/json-object.ts';
import { problemIn } from '../failures/problem.ts';
import { fromProblem } from '../failures/vendor-failure.ts';
import type { Vendor } from '../vendor.ts';
import { AnswerTooLong, MAX_WHOLE_BYTES } from '../wire/bounds.ts';

/** How far the lines of a response have been passed to the client. */
export interface Handed {
  lines: number;
  /** The body has ended. */
  isAll: boolean;
}

/** An empty line for the client, as a sign of life. */
const NOTHING = '{}';

/**
 * A body that Ollama's client can parse: complete lines, each a JSON object that is not an error. The client
 * prints other lines to the console and continues, and throws for any member `error`.
 * @throws ProviderError for an error of the server, SyntaxError for data that are not part of its API
 */
export async function* readableLines(
  vendor: Vendor,
  body: AsyncIterable<Uint8Array>,
  handed: Handed,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  function* hand(lines: readonly string[]): Generator<Uint8Array> {
    const readable: string[] = [];
    let error: unknown = null;
    try {
      for (const line of lines) readable.push(readableLine(vendor, line));
    } catch (thrown) {
      error = thrown;
    }
    if (readable.length === 0) readable.push(NOTHING);
    handed.lines += readable.length;
    yield encoder.encode(`${readable.join('\n')}\n`);
    if (error) throw error;
  }
  for await (const lines of linesOf(body)) yield* hand(lines);
  handed.isAll = true;
}

function readableLine(vendor: Vendor, line: string): string {
  const sent: unknown = JSON.parse(line);
  const problem = problemIn(sent);
  // Within an answer it means that the process of the model failed.
  if (problem)
    throw fromProblem(vendor, { ...problem, type: problem.type ?? 'server_error' }, { status: null });
  if (!isJsonObject(sent)) throw new SyntaxError('it sent a line that is not part of its API');
  const { error: _empty, ...rest } = sent;
  return 'error' in sent || line.includes('\n') ? JSON.stringify(rest) : line;
}

/**
 * Lines without empty ones, as many at a time as arrived together. JSON spread over several lines is joined.
 */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  let isSpread: boolean | null = null;
  for await (const bytes of body) {
    const text = decoder.decode(bytes, { stream: true });
    if (isSpread) {
      rest += text;
      if (rest.length > MAX_WHOLE_BYTES) throw new AnswerTooLong();
      yield [];
      continue;
    }
    // Earlier text is not searched again: a line may come in a thousand pieces.
    const [end = '', ...begun] = text.split('\n');
    const lines = [rest + end, ...begun];
    rest = lines.pop() ?? '';
    const filled = lines.filter((line) => line.trim() !== '');
    isSpread ??= filled.length > 0 ? /^\s*[{[]\s*$/.test(filled[0] ?? '') : null;
    if (isSpread) rest = `${lines.join('\n')}\n${rest}`;
    yield isSpread ? [] : filled;
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield [rest];
}
