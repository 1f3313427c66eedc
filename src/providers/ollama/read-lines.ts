/** No line of a chat is longer; without a bound a server without line ends would fill the memory. */
const LONGEST = 16 * 1024 * 1024;

/** The lines of a body without empty ones, as many at a time as came together. */
export async function* readLines(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST) throw new Error('it sent a line without an end');
    yield lines.filter((line) => line.trim() !== '');
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield [rest];
}
