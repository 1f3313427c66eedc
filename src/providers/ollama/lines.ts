import { isJsonObject } from '../../rules/json/json-object.ts';
import { problemIn } from '../failures/problem.ts';
import { fromProblem } from '../failures/vendor-failure.ts';
import type { Vendor } from '../vendor.ts';
import { AnswerTooLong, MAX_WHOLE_BYTES } from '../wire/bounds.ts';

/** How far the lines of an answer have been handed to the client. */
export interface Handed {
  lines: number;
  /** The body has ended. */
  isAll: boolean;
}

/** A line that says nothing: it passes through the client as a sign of life. */
const NOTHING = '{}';

/**
 * A body as Ollama's client can read it: whole lines, each of them a JSON object that is no error. The client prints
 * other lines to the console and goes on, and throws for a member `error` whatever it holds.
 * @throws ProviderError for an error of the server, SyntaxError for what is none of its API
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
  // In mid-answer it is the model's process that failed.
  if (problem)
    throw fromProblem(vendor, { ...problem, type: problem.type ?? 'server_error' }, { status: null });
  if (!isJsonObject(sent)) throw new SyntaxError('it sent a line that is not part of its API');
  const { error: _empty, ...rest } = sent;
  return 'error' in sent || line.includes('\n') ? JSON.stringify(rest) : line;
}

/** Lines without the empty ones, as many at a time as came together. JSON that is spread over lines is one. */
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
    // What came before is not searched again: a line may come in a thousand pieces.
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
