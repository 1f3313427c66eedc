import { CONNECT } from './connect.ts';

/** A program: reads an answer until it is cut off, keeps its text, and prints by how many bytes its memory grew. */
const [name = '', url = ''] = process.argv.slice(2);
const request = { model: 'm', messages: [{ role: 'user', content: 'x' }], parameters: {} } as never;
const before = process.memoryUsage.rss();
const kept: string[] = [];
let cutOff = 'not at all';
try {
  for await (const parts of CONNECT[name]!(url).stream(request, new AbortController().signal)) {
    for (const part of parts) if ('text' in part) kept.push(part.text);
  }
} catch (error) {
  cutOff = (error as Error).message;
}
const grown = process.resourceUsage().maxRSS * 1024 - before;
process.stdout.write(JSON.stringify({ grown, characters: kept.join('').length, cutOff }));
