import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Dialect } from '../vocabulary.ts';
import { aiTaskOrchestra } from './ai-task-orchestra/index.ts';
import { amas } from './amas/index.ts';
import type { DialectTable } from './dialect.ts';
import { miniDevin } from './mini-devin/index.ts';
import { orchestrateX } from './orchestratex/index.ts';
import { dialectScope } from './router.ts';
import type { SchemaAccess } from './schema-access.ts';
import { theMachine } from './themachine/index.ts';

export const DIALECT_TABLES = {
  themachine: theMachine,
  'ai-task-orchestra': aiTaskOrchestra,
  'mini-devin': miniDevin,
  amas,
  orchestratex: orchestrateX,
} satisfies { [Name in Dialect]: DialectTable & { name: Name } };

/** The dialect under whose mount a request is; null: under none. */
export function dialectAt({ url }: FastifyRequest): DialectTable | null {
  const mount = url.split(/[/?]/, 2)[1];
  return Object.values(DIALECT_TABLES).find(({ name }) => name === mount) ?? null;
}

/** Every dialect under its own name: `/mini-devin` + the documented path. @throws Error when a document is invalid */
export async function mountDialects(app: FastifyInstance, access: SchemaAccess): Promise<void> {
  for (const dialect of Object.values(DIALECT_TABLES)) {
    await app.register(dialectScope(dialect, access), { prefix: `/${dialect.name}` });
  }
}
