import { DomainError } from '../../errors.ts';
import { waitAfter } from '../../rules/integrations/delivery.ts';
import { PLATFORM_NAMES } from '../../rules/integrations/integration.ts';
import { messageOf, slackTextOf } from '../../rules/runs/run-end.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import type { DueDelivery, Tried } from '../../store/integrations/send-deliveries.ts';
import type { Platform } from '../../vocabulary.ts';
import { type Call, call } from './call.ts';
import { openCredentials } from './open-credentials.ts';
import { signedCall, slackCall } from './sign.ts';
import { whyRefused } from './why-refused.ts';

/** 410 Gone: the receiver permanently refuses messages. */
const GONE = 410;

export interface Sent extends Tried {
  isGone: boolean;
}

/** Makes one attempt to send a delivery. If this worker stops meanwhile, another worker sends it at once. */
export async function sendDelivery(
  { fetch, secrets }: { fetch: typeof globalThis.fetch; secrets: SecretBox },
  delivery: DueDelivery,
  stopping: AbortSignal,
): Promise<Sent> {
  const { platform, attempt } = delivery;
  const retry = (retryAfterMs: number | null) => waitAfter(attempt, retryAfterMs, Math.random());
  try {
    const secret = await openCredentials(secrets, delivery.sealedCredentials);
    const answer = await call(fetch, CALLS[platform](delivery, secret), false, stopping);
    if ('failure' in answer && stopping.aborted) return failed(null, 'aborted: the worker stopped', 0);
    if ('failure' in answer) return failed(null, answer.failure, retry(null));
    const { status, retryAfterMs } = answer;
    if (status >= 200 && status < 300) {
      return { responseStatus: status, error: null, waitMs: null, isGone: false };
    }
    const why = whyRefused(PLATFORM_NAMES[platform], answer, secret);
    return status === GONE
      ? { ...failed(status, why, null), isGone: true }
      : failed(status, why, retry(retryAfterMs));
  } catch (thrown) {
    if (thrown instanceof DomainError) return failed(null, thrown.message, retry(null));
    throw thrown;
  }
}

function failed(responseStatus: number | null, error: string, waitMs: number | null): Sent {
  return { responseStatus, error, waitMs, isGone: false };
}

type ToCall = (delivery: DueDelivery, secret: string) => Call;

const notTold: ToCall = ({ platform }) => {
  throw new Error(`${platform} integrations receive no notifications`);
};

const CALLS: Record<Platform, ToCall> = {
  github: notTold,
  gitlab: notTold,
  slack: ({ runEnd }, secret) => slackCall(secret, slackTextOf(runEnd)),
  webhook: ({ id, runEnd, url }, secret) =>
    signedCall(url!, secret, { id, body: JSON.stringify(messageOf(runEnd)) }),
};
