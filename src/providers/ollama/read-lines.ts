import { boundedBytes } from '../bounded-answer.ts';

/** The lines of a body without empty ones, as many at a time as came together. */
export async function* readLines(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of boundedBytes(body)) {
    // What came before is not searched again: a line may come in a thousand pieces.
    const [end = '', ...begun] = decoder.decode(bytes, { stream: true }).split('\n');
    const lines = [rest + end, ...begun];
    rest = lines.pop() ?? '';
    yield lines.filter((line) => line.trim() !== '');
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield [rest];
}
