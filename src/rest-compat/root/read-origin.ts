import type { IncomingMessage } from 'node:http';
import type { DocumentNode } from 'graphql';
import type { Dialect, Origin } from '../../vocabulary.ts';
import { graphql, prepareDocument } from '../documents.ts';
import { globalIdOf } from '../output.ts';
import type { SchemaAccess } from '../schema-access.ts';

/** Things that more than one dialect has at the same path. */
const NOUNS = {
  tasks: { type: 'Task', document: graphql('query task($id: ID!) { it: task(id: $id) { origin } }') },
  agents: { type: 'Agent', document: graphql('query agent($id: ID!) { it: agent(id: $id) { origin } }') },
  sessions: {
    type: 'Session',
    document: graphql('query session($id: ID!) { it: session(id: $id) { origin } }'),
  },
} as const;

type Noun = keyof typeof NOUNS;

/**
 * Through what the thing was made that a path names: `/api/v1/tasks/{id}`, `/api/sessions/{id}`.
 * @returns null when the path names none, or none of the viewer's.
 */
export function createReadOrigin(access: SchemaAccess) {
  const prepared = Object.fromEntries(
    Object.entries(NOUNS).map(([noun, { type, document }]) => [
      noun,
      { type, ...prepareDocument(access.schema, document as DocumentNode, `the origin of ${noun}`) },
    ]),
  ) as Record<Noun, { type: (typeof NOUNS)[Noun]['type']; document: DocumentNode }>;

  return async (request: IncomingMessage, origin: Dialect): Promise<Origin | null> => {
    const [, noun, id] = /\/(tasks|agents|sessions)\/([^/?]+)/.exec(request.url ?? '') ?? [];
    if (!noun || !id) return null;
    const { type, document } = prepared[noun as Noun];
    const variables = { id: globalIdOf(type, decodeURIComponent(id)) };
    const { data } = await access.execute({ document, variables, request, access: 'account', origin });
    const found = data?.it as { origin: string } | null | undefined;
    return found ? wordOf(found.origin) : null;
  };
}

/** `MINI_DEVIN` of the schema is `mini-devin` in the house. */
function wordOf(name: string): Origin {
  return name.toLowerCase().replaceAll('_', '-') as Origin;
}
