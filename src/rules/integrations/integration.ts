import type { Platform } from '../../vocabulary.ts';

/** Result of testing an integration against its service. */
export interface IntegrationTest {
  /** ISO 8601. */
  at: string;
  succeeded: boolean;
  /** The account of the credentials, as the service names it; null if it does not. */
  account: string | null;
  message: string;
}

/** The member of `credentials` with the one secret of each platform. */
export const CREDENTIAL = {
  github: 'token',
  gitlab: 'token',
  slack: 'webhookUrl',
  webhook: 'secret',
} as const satisfies Record<Platform, string>;

/** Whether `url` is required: for platforms without a common address; null: the secret contains it. */
export const ADDRESS: Record<Platform, 'required' | 'optional' | null> = {
  github: 'optional',
  gitlab: 'optional',
  slack: null,
  webhook: 'required',
};

/** Whether the platform can be notified when runs end. */
export const IS_NOTIFIED: Record<Platform, boolean> = {
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

/** Secrets that are given although the platform has another, by their names. */
export function foreignCredentials(
  platform: Platform,
  given: Readonly<Partial<Record<string, string | null>>>,
): { name: string; message: string }[] {
  const own = CREDENTIAL[platform];
  const message = `must be absent: the credentials of ${PLATFORM_NAMES[platform]} are { ${own} }`;
  return Object.entries(given).flatMap(([name, value]) => (value && name !== own ? [{ name, message }] : []));
}

const SHOWN = 4;
const SAFE_LENGTH = 20;

/**
 * The last characters of a secret, so that its owner can recognise it; null if the rest would be too short to
 * be safe.
 */
export function hintOf(secret: string): string | null {
  return secret.length < SAFE_LENGTH ? null : secret.slice(-SHOWN);
}
