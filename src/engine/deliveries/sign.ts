import { Webhook } from 'standardwebhooks';
import type { Call } from './call.ts';

/**
 * Signs a message to a webhook as specified by https://www.standardwebhooks.com
 * @param id the same for each attempt, so that receivers can recognise repetitions @param secret `whsec_` and
 * base64
 */
export function signedCall(url: string, secret: string, message: { id: string; body: string }): Call {
  const { id, body } = message;
  const at = new Date();
  return {
    url,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Polyphony',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    },
    body,
  };
}

/** @param url a secret: it permits writing to the channel */
export function slackCall(url: string, text: string): Call {
  const headers = { 'content-type': 'application/json', 'user-agent': 'Polyphony' };
  return { url, method: 'POST', headers, body: JSON.stringify({ text }) };
}
