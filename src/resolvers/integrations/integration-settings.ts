import { randomBytes } from 'node:crypto';
import type { Context } from '../../context.ts';
import type { FieldIssue } from '../../errors.ts';
import { isAllowed } from '../../rules/integrations/address.ts';
import {
  ADDRESS,
  CREDENTIAL,
  foreignCredentials,
  hintOf,
  IS_NOTIFIED,
  PLATFORM_NAMES,
} from '../../rules/integrations/integration.ts';
import type { IntegrationSettings } from '../../store/integrations/integrations.ts';
import type { Platform } from '../../vocabulary.ts';
import { refuseIssues } from '../request/validate.ts';
import type { IntegrationChange } from './integration-input.ts';

/**
 * Merges the changes into the current settings. @throws DomainError VALIDATION_ERROR for settings that the
 * platform does not have
 */
export async function changedSettings(
  context: Context,
  platform: Platform,
  before: IntegrationSettings,
  given: IntegrationChange,
): Promise<IntegrationSettings> {
  const secret = given.credentials?.[CREDENTIAL[platform]];
  const url = given.url === undefined ? before.url : withoutSlash(platform, given.url);
  const isMoved = url !== before.url && !secret;
  refuseIssues([...problemsOf(context, platform, given), ...(isMoved ? movedProblems(platform) : [])]);
  return {
    name: given.name ?? before.name,
    url,
    ...(secret ? await sealed(context, secret) : kept(before)),
    notifyOn: given.notifyOn ?? before.notifyOn,
    isActive: given.isActive ?? before.isActive,
  };
}

function kept({ sealedCredentials, credentialsHint }: IntegrationSettings) {
  return { sealedCredentials, credentialsHint };
}

export async function sealed({ secrets }: Context, secret: string) {
  return { sealedCredentials: await secrets.seal(secret), credentialsHint: hintOf(secret) };
}

const KEY_BYTES = 32;

/** A new key for signing messages to a webhook. */
export function newSigningKey(): string {
  return `whsec_${randomBytes(KEY_BYTES).toString('base64')}`;
}

/** The URL of a webhook is used unchanged; paths are appended to the others. */
function withoutSlash(platform: Platform, url: string | null): string | null {
  return platform === 'webhook' ? url : (url?.replace(/\/+$/, '') ?? null);
}

function problemsOf(context: Context, platform: Platform, given: IntegrationChange): FieldIssue[] {
  const name = PLATFORM_NAMES[platform];
  const { url, notifyOn, credentials } = given;
  return [
    ...addressProblems(context, platform, url),
    ...foreignCredentials(platform, credentials ?? {}).map(({ name: member, message }) => ({
      field: `input.credentials.${member}`,
      message,
    })),
    ...plainProblems(context, 'input.credentials.webhookUrl', credentials?.webhookUrl),
    ...(notifyOn?.length && !IS_NOTIFIED[platform]
      ? [{ field: 'input.notifyOn', message: `must be empty: ${name} integrations receive no notifications` }]
      : []),
  ];
}

/** The token is sent to the URL, so changing the URL must not reveal the token. A signing key is not sent. */
function movedProblems(platform: Platform): FieldIssue[] {
  const name = CREDENTIAL[platform];
  if (name !== 'token') return [];
  return [
    {
      field: `input.credentials.${name}`,
      message: 'must be given again: the stored one belongs to the old URL',
    },
  ];
}

function addressProblems(context: Context, platform: Platform, url: string | null | undefined): FieldIssue[] {
  const field = 'input.url';
  if (url && ADDRESS[platform] === null) {
    return [
      {
        field,
        message: `must be absent: the URL of ${PLATFORM_NAMES[platform]} is credentials.webhookUrl`,
      },
    ];
  }
  if (url && platform !== 'webhook' && URL.parse(url)?.search) {
    return [{ field, message: 'must not contain a query' }];
  }
  if (url === null && ADDRESS[platform] === 'required') {
    return [{ field, message: 'a webhook needs a URL' }];
  }
  return plainProblems(context, field, url);
}

/** Messages are signed but not encrypted, and a token could be read on the way. */
function plainProblems({ config }: Context, field: string, url: string | null | undefined): FieldIssue[] {
  const { protocol, hostname, port } = new URL(url ?? 'https://nowhere');
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol === 'https:' || isAllowed(host, config.outboundAllow, Number(port) || 80)) return [];
  return [
    { field, message: 'must start with https://, unless the operator names the host in OUTBOUND_ALLOW' },
  ];
}
