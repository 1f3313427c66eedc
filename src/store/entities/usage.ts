import { defineEntity, p } from '@mikro-orm/core';

/** What an account keeps, as far as `usage_change` was added up, and what it may keep. */
export const AccountUsage = defineEntity({
  name: 'AccountUsage',
  tableName: 'account_usage',
  properties: {
    ownerId: p.text().primary(),
    runs: p.bigint().default('0'),
    /** Sessions, threads, agents, templates, workflows, integrations, API keys and models together. */
    objects: p.bigint().default('0'),
    bytes: p.bigint().default('0'),
    /** null: as configured for the installation. */
    maxRuns: p.bigint().nullable(),
    maxObjects: p.bigint().nullable(),
    maxBytes: p.bigint().nullable(),
  },
});

/**
 * What statements added to an account and took from it, one row for each, written by triggers: transactions of one
 * account never wait for each other. Whoever reads an account's usage adds these up and deletes them.
 */
export const UsageChange = defineEntity({
  name: 'UsageChange',
  tableName: 'usage_change',
  properties: {
    ownerId: p.text().primary(),
    /** From a sequence, by a default that the migration sets. */
    id: p.bigint().primary().autoincrement(false),
    runs: p.bigint(),
    objects: p.bigint(),
    bytes: p.bigint(),
  },
});
