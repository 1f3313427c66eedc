import { storable } from '../../rules/text/text.ts';

const LONGEST = 300;

/** Secrets are longer; servers without keys are configured with words like `none`. */
const SHORTEST_KEY = 8;

/**
 * Prepares an error message of a vendor for users: on one line, truncated (a proxy's error page is a whole
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
