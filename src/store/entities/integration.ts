import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { IntegrationTest } from '../../rules/integrations/integration.ts';
import { PLATFORMS, type RunEnding } from '../../vocabulary.ts';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

/** A place outside that a user's account here is tied to. */
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
      // Asked at each end of a run; most owners have none.
      name: 'integration_told',
      expression: `create index "integration_told" on "integration" ("owner_id") where "is_active" and "notify_on" <> '{}'`,
    },
  ],
  properties: {
    id: p.text().primary(),
    owner: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index(false),
    origin: p.text(),
    platform: p.enum(PLATFORMS),
    name: p.text(),
    /** Where it is; null: where everybody's is, or that is a secret itself. */
    url: p.text().nullable(),
    /** Its one secret: a token, an address, or the key that signs. */
    sealedCredentials: p.text(),
    /** The end of that secret, where it says nothing about the rest. */
    credentialsHint: p.text().nullable(),
    /** The ends of runs that it is told of. */
    notifyOn: p.array().$type<RunEnding[]>().defaultRaw(`'{}'`),
    isActive: p.boolean().default(true),
    /** Why we took it out of use; null: we did not. */
    disabledReason: p.text().nullable(),
    lastTest: p.json<IntegrationTest>().nullable(),
    ...timestamps,
  },
});
export type Integration = InferEntity<typeof Integration>;
