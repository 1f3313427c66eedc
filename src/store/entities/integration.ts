import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { IntegrationTest } from '../../rules/integrations/integration.ts';
import { type Origin, PLATFORMS, type RunEnding } from '../../vocabulary.ts';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

/** A connection of an account to an external service. */
export const Integration = defineEntity({
  name: 'Integration',
  tableName: 'integration',
  indexes: [
    {
      name: 'integration_owner_created',
      expression:
        'create index "integration_owner_created" on "integration" ("owner_id", "created_at" desc, "id" desc)',
    },
    {
      // Queried at each end of a run; most owners have none.
      name: 'integration_told',
      expression: `create index "integration_told" on "integration" ("owner_id") where "is_active" and "notify_on" <> '{}'`,
    },
  ],
  properties: {
    id: p.text().primary(),
    owner: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index(false),
    origin: p.text().$type<Origin>(),
    platform: p.enum(PLATFORMS),
    name: p.text(),
    /** Its URL; null: the default address of the platform, or the URL is itself the secret. */
    url: p.text().nullable(),
    /** Its one secret: a token, a URL, or a signing key. */
    sealedCredentials: p.text(),
    /** The last characters of that secret, if that is safe. */
    credentialsHint: p.text().nullable(),
    /** The run endings it is notified of. */
    notifyOn: p.array().$type<readonly RunEnding[]>().defaultRaw(`'{}'`),
    isActive: p.boolean().default(true),
    /** Why it was disabled automatically; null: it was not. */
    disabledReason: p.text().nullable(),
    lastTest: p.json<IntegrationTest>().nullable(),
    ...timestamps,
  },
});
export type Integration = InferEntity<typeof Integration>;
