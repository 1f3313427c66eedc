import { storable } from '../../rules/text/text.ts';
import type { Answer } from './call.ts';

const MAX_REASON = 200;

/** A readable description of an unsuccessful response: its status and the reason it contains. */
export function whyRefused(who: string, { status, text }: Answer, secret: string): string {
  const reason = reasonIn(text)?.replaceAll(secret, '…').slice(0, MAX_REASON);
  return `${who} answered ${status}${reason ? `: ${storable(reason)}` : ''}`;
}

/** GitHub and GitLab send the reason as JSON, Slack as one word; other bodies are not disclosed. */
function reasonIn(text: string): string | null {
  if (/^[a-z_]{1,50}$/.test(text)) return text;
  try {
    const { message, error_description: described } = JSON.parse(text) as Record<string, unknown>;
    const reason = described ?? message;
    return typeof reason === 'string' ? reason : null;
  } catch {
    return null;
  }
}
