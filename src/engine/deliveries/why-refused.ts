import { storable } from '../../rules/text/text.ts';
import type { Answer } from './call.ts';

const MAX_REASON = 200;

/** An answer that is no success, in words: its status, and the reason that came along. */
export function whyRefused(who: string, { status, text }: Answer, secret: string): string {
  const reason = reasonIn(text)?.replaceAll(secret, '…').slice(0, MAX_REASON);
  return `${who} answered ${status}${reason ? `: ${storable(reason)}` : ''}`;
}

/** GitHub and GitLab say why in JSON, Slack in one word; what else an address says is nobody's to read here. */
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
