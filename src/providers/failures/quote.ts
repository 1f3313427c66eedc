import { storable } from '../../rules/text/text.ts';

const LONGEST = 300;

/** No secret is shorter; servers without keys are given words like `none` for one. */
const SHORTEST_KEY = 8;

/**
 * What a vendor said, fit for a message that users read: on one line, bounded (a proxy's error page is a whole
 * document), without keys (OpenAI repeats a wrong one, half masked) and without a full stop.
 */
export function quote(text: string, apiKey: string): string {
  const line = withoutKeys(text, apiKey).replace(/\s+/g, ' ').trim();
  const bounded = line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
  return storable(bounded).replace(/\.$/, '');
}

export function withoutKeys(text: string, apiKey: string): string {
  const known = apiKey.length >= SHORTEST_KEY ? text.replaceAll(apiKey, '[key]') : text;
  return known.replace(/\bsk-[\w*.…-]*[\w*…]/g, '[key]').replace(/\b(Bearer) [^\s"',]+/gi, '$1 [key]');
}
