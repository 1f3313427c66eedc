import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { AgentLimits } from '../../rules/agents/agent.ts';
import type { PromptParameters } from '../../rules/tasks/task.ts';
import type { Origin, ProviderId, ToolName } from '../../vocabulary.ts';
import { timestamps } from './timestamps.ts';
import { User } from './user.ts';

/** A named configuration of a model that works with tools. */
export const Agent = defineEntity({
  name: 'Agent',
  tableName: 'agent',
  indexes: [
    {
      name: 'agent_owner_created',
      expression: 'create index "agent_owner_created" on "agent" ("owner_id", "created_at" desc, "id" desc)',
    },
  ],
  properties: {
    id: p.text().primary(),
    /** null: built in, readable by all accounts. */
    owner: () => p.manyToOne(User).mapToPk().deleteRule('cascade').nullable().index(false),
    origin: p.text().$type<Origin>(),
    name: p.text(),
    type: p.text(),
    description: p.text(),
    capabilities: p.array().$type<readonly string[]>().defaultRaw(`'{}'`),
    /** Both or neither; null: chosen for each task. */
    provider: p.text().$type<ProviderId>().nullable(),
    model: p.text().nullable(),
    systemPrompt: p.text().nullable(),
    tools: p.array().$type<readonly ToolName[]>().defaultRaw(`'{}'`),
    parameters: p.json<PromptParameters>().defaultRaw(`'{}'::jsonb`),
    limits: p.json<AgentLimits>().defaultRaw(`'{}'::jsonb`),
    isActive: p.boolean().default(true),
    /** Increased by every change, from 1. */
    version: p.integer().default(1),
    ...timestamps,
  },
});
export type Agent = InferEntity<typeof Agent>;
