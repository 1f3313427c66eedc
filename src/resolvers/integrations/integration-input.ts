import { z } from 'zod';
import { PLATFORMS, RUN_ENDINGS } from '../../vocabulary.ts';
import { text } from '../request/validate.ts';

/** Any valid value of an HTTP header. */
const secret = text({ min: 1, max: 1000 }).regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces');

const KEY_BYTES = { least: 24, most: 64 };

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#symmetric-signatures */
const signingKey = secret.refine((given) => {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(given) ?? [];
  const { length } = Buffer.from(base64 ?? '', 'base64');
  return length >= KEY_BYTES.least && length <= KEY_BYTES.most;
}, `must be whsec_ followed by ${KEY_BYTES.least} to ${KEY_BYTES.most} bytes in base64`);

const address = text({ max: 2000 })
  .pipe(z.url({ protocol: /^https?$/, error: 'must be a URL that starts with https://' }))
  .refine((given) => {
    const url = URL.parse(given);
    return !url || `${url.username}${url.password}${url.hash}` === '';
  }, 'must not contain a user name, a password or a fragment');

const credentials = z.object({
  token: secret.nullish(),
  webhookUrl: address.nullish(),
  secret: signingKey.nullish(),
});

export type CredentialsInput = z.output<typeof credentials>;

const settings = {
  name: text({ min: 1, max: 200 })
    .refine((given) => given.trim() !== '', 'must not be blank')
    .nullish(),
  url: address.nullish(),
  credentials: credentials.nullish(),
  notifyOn: z
    .array(z.enum(RUN_ENDINGS))
    .transform((endings) => RUN_ENDINGS.filter((ending) => endings.includes(ending)))
    .nullish(),
  isActive: z.boolean().nullish(),
};

export const newIntegration = z.object({ platform: z.enum(PLATFORMS), ...settings });

/** Omitted fields stay unchanged. */
export const integrationChange = z.object(settings);
export type IntegrationChange = z.output<typeof integrationChange>;
