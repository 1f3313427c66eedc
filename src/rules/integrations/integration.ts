import type { Platform } from '../../vocabulary.ts';

/** What came of asking the other side whether it knows us. */
export interface IntegrationTest {
  /** ISO 8601. */
  at: string;
  succeeded: boolean;
  /** Who we are there, in its own word; null where nobody says. */
  account: string | null;
  message: string;
}

/** The member of `credentials` that a platform has its one secret in. */
export const CREDENTIAL = {
  github: 'token',
  gitlab: 'token',
  slack: 'webhookUrl',
  webhook: 'secret',
} as const satisfies Record<Platform, string>;

/** Whether `url` is where it is: required, where everybody has an own one; null: the secret says it. */
export const ADDRESS: Record<Platform, 'required' | 'optional' | null> = {
  github: 'optional',
  gitlab: 'optional',
  slack: null,
  webhook: 'required',
};

/** Whether it can be told of the ends of runs. */
export const IS_TOLD: Record<Platform, boolean> = {
  github: false,
  gitlab: false,
  slack: true,
  webhook: true,
};

export const PLATFORM_NAMES: Record<Platform, string> = {
  github: 'GitHub',
  gitlab: 'GitLab',
  slack: 'Slack',
  webhook: 'Webhook',
};

const SHOWN = 4;
const SAFE_LENGTH = 20;

/** The last characters of a secret, by which its owner knows it; null where too few would be left to guess. */
export function hintOf(secret: string): string | null {
  return secret.length < SAFE_LENGTH ? null : secret.slice(-SHOWN);
}
