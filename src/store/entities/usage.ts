import { defineEntity, p } from '@mikro-orm/core';

/** Storage used by an account, without the pending rows of `usage_change`, and its quotas. */
export const AccountUsage = defineEntity({
  name: 'AccountUsage',
  tableName: 'account_usage',
  properties: {
    ownerId: p.text().primary(),
    runs: p.bigint().default('0'),
    /** Sessions, threads, agents, templates, workflows, integrations, API keys and models together. */
    objects: p.bigint().default('0'),
    bytes: p.bigint().default('0'),
    /** null: the default of the installation. */
    maxRuns: p.bigint().nullable(),
    maxObjects: p.bigint().nullable(),
    maxBytes: p.bigint().nullable(),
  },
});

/**
 * Pending changes of an account's usage: one row per statement, inserted by triggers, so that transactions of
 * one account never wait for each other. Reading the usage adds these rows to `account_usage` and deletes
 * them.
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
