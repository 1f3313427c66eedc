import type { IncomingMessage } from 'node:http';
import type { Dialect, Origin } from '../../vocabulary.ts';
import { graphql, prepareDocument } from '../handling/documents.ts';
import type { SchemaAccess } from '../handling/schema-access.ts';
import { globalIdOf } from '../shapes/output.ts';

/** Objects at paths that several dialects share. */
const NOUNS = {
  tasks: { type: 'Task', document: graphql('query task($id: ID!) { it: task(id: $id) { origin } }') },
  agents: { type: 'Agent', document: graphql('query agent($id: ID!) { it: agent(id: $id) { origin } }') },
  sessions: {
    type: 'Session',
    document: graphql('query session($id: ID!) { it: session(id: $id) { origin } }'),
  },
} as const;

/** The origin of the object named by a path; null: it names none, or none of the viewer's. */
export type ReadOrigin = (request: IncomingMessage, asking: readonly Dialect[]) => Promise<Origin | null>;

export function createReadOrigin(access: SchemaAccess): ReadOrigin {
  const readers = Object.entries(NOUNS).map(([noun, { type, document }]) => {
    const pattern = new RegExp(`/${noun}/([^/]+)`);
    const prepared = prepareDocument(access.schema, document, `the origin of ${noun}`);
    return { pattern, type, document: prepared.document };
  });
  return async (request, asking) => {
    // The rest of the path is not decoded yet, and names nothing.
    const [path = ''] = (request.url ?? '').split(/[?#]/, 1);
    for (const { pattern, type, document } of readers) {
      const id = pattern.exec(path)?.[1];
      if (id === undefined) continue;
      const variables = { id: globalIdOf(type, decodeURIComponent(id)) };
      // A client without credentials is anonymous in one dialect, and may be a guest in another.
      for (const origin of asking) {
        const { data } = await access.execute({ document, variables, request, access: 'account', origin });
        const found = data?.it as { origin: string } | null | undefined;
        if (found) return wordOf(found.origin);
      }
      return null;
    }
    return null;
  };
}

/** `MINI_DEVIN` of the schema is the origin `mini-devin`. */
function wordOf(name: string): Origin {
  return name.toLowerCase().replaceAll('_', '-') as Origin;
}
