import { z } from 'zod';
import { MODEL_CAPABILITIES, PROVIDERS } from '../../vocabulary.ts';
import { model } from '../request/fields.ts';
import { text } from '../request/validate.ts';

/** Stored with six places; a price that rounds to 0 would be free. */
const price = z
  .number()
  .min(0, 'must not be less than 0')
  .max(1_000_000, 'must be at most 1000000')
  .refine((given) => Number(given.toFixed(6)) === given, 'must have at most 6 decimal places');

const tokens = z.number().int().min(1, 'must be at least 1');

function unique<Item extends z.ZodType>(item: Item, most: number) {
  return z
    .array(item)
    .max(most, `must have at most ${most}`)
    .transform((items) => [...new Set(items)]);
}

const MOST = 20;

/** An API key belongs in `apiKey` and not in the URL. */
const address = text({ max: 2000 })
  .pipe(z.url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' }))
  .refine((given) => {
    const url = URL.parse(given);
    return !url || `${url.username}${url.password}${url.search}${url.hash}` === '';
  }, 'must not contain a user name, a password, a query or a fragment')
  .transform((given) => given.replace(/\/+$/, ''));

/**
 * The fields that can be changed. Omitted fields stay unchanged; null removes a value where that is possible.
 */
export const modelChange = z.object({
  name: text({ min: 1, max: 200 }).nullish(),
  aliases: unique(model, MOST).nullish(),
  version: text({ min: 1, max: 200 }).nullish(),
  capabilities: unique(z.enum(MODEL_CAPABILITIES), MOST).nullish(),
  specialties: unique(text({ min: 1, max: 50 }).toLowerCase(), MOST).nullish(),
  contextWindow: tokens.nullish(),
  maxOutput: tokens.nullish(),
  firstTokenSeconds: z
    .number()
    .int()
    .min(1, 'must be 1 to 86400')
    .max(86_400, 'must be 1 to 86400')
    .nullish(),
  prices: z
    .object({
      input: price,
      cachedInput: price.nullish(),
      cacheWrite: price.nullish(),
      cacheWriteHour: price.nullish(),
      output: price,
    })
    .nullish(),
  supportsVision: z.boolean().nullish(),
  supportsFunctionCalling: z.boolean().nullish(),
  isActive: z.boolean().nullish(),
  baseUrl: address.nullish(),
  apiKey: text({ min: 1, max: 1000 })
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .nullish(),
});

export type ModelChangeInput = z.output<typeof modelChange>;

export const modelUpdate = modelChange.extend({ forgetQuirks: z.boolean().nullish() });

export const newModel = modelChange.extend({
  provider: z.enum(PROVIDERS),
  modelId: model,
  isBuiltIn: z.boolean().nullish(),
});
