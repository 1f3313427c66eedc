import { createHash } from 'node:crypto';

/** Accepted by Anthropic, and by every other vendor except Mistral. */
export const PLAIN_IDS = /^[a-zA-Z0-9_-]{1,40}$/;
/** Accepted by servers with OpenAI's API; Moonshot's models expect their own `functions.name:0`. */
export const CHAT_IDS = /^[\w.:-]{1,40}$/;
/** Accepted by Mistral. */
export const SHORT_IDS = /^[a-zA-Z0-9]{9}$/;

const SHORT = 9;

/** The id of a call, unchanged if valid; otherwise one that every vendor accepts, the same each time. */
export function fitId(id: string, form: RegExp, taken: ReadonlySet<string>): string {
  if (form.test(id) && !taken.has(id)) return id;
  for (let count = 0; ; count += 1) {
    const digest = createHash('sha256').update(`${id} ${count}`).digest('base64url');
    const short = digest.replace(/[^a-zA-Z0-9]/g, '').slice(0, SHORT);
    if (!taken.has(short)) return short;
  }
}

const LONGEST_NAME = 64;

/** A valid name for an unknown tool: models invent names, and vendors reject invalid ones. */
export function fitName(name: string): string {
  const plain = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, LONGEST_NAME);
  if (plain === '') return 'unnamed_tool';
  return /^[a-zA-Z_]/.test(plain) ? plain : `_${plain}`.slice(0, LONGEST_NAME);
}
