import { z } from 'zod';
import type { Asked, Naming, RateLimits } from '../definitions/terms.ts';
import { graphql } from '../handling/documents.ts';
import { globalIdOf } from '../shapes/output.ts';

const ids = z.object({
  session_id: z.string().optional(),
  thread_id: z.string().optional(),
  orchestration_id: z.string().optional(),
});

const SESSION = graphql('query session($id: ID!) { session(id: $id) { id } }');
const THREAD = graphql('query thread($id: ID!) { thread(id: $id) { session { id } } }');
const ORCHESTRATION = graphql('query orchestration($id: ID!) { orchestration(id: $id) { sessionId } }');

interface Owned {
  session?: { id: string } | null;
  thread?: { session: { id: string } | null } | null;
  orchestration?: { sessionId: string | null } | null;
}

const read = (data: unknown): string | null => {
  const { session, thread, orchestration } = data as Owned;
  return session?.id ?? thread?.session?.id ?? orchestration?.sessionId ?? null;
};

function naming(asked: Asked): Naming | null {
  const { session_id, thread_id, orchestration_id } = namedIn(asked);
  if (session_id !== undefined)
    return { document: SESSION, variables: { id: globalIdOf('Session', session_id) }, read };
  if (thread_id !== undefined)
    return { document: THREAD, variables: { id: globalIdOf('Thread', thread_id) }, read };
  if (orchestration_id === undefined) return null;
  return { document: ORCHESTRATION, variables: { id: globalIdOf('Orchestration', orchestration_id) }, read };
}

/** Reads only the member of a body that its endpoint uses: by another one, a client could choose what is counted. */
function namedIn({ path, params, body }: Asked): z.output<typeof ids> {
  const inBody = ids.safeParse(body).data;
  if (path === '/api/threads/') return { session_id: inBody?.session_id };
  if (path === '/api/orchestration/start') return { thread_id: inBody?.thread_id };
  return ids.safeParse(params).data ?? {};
}

/** Requests to threads and orchestrations count for their sessions, each of which is read once and then remembered. */
export const limits: RateLimits = {
  limits: { session: { requests: 100, seconds: 60 } },
  naming,
  // Only its own account's requests count for a session; requests that name none of its sessions count for the account.
  choose: ({ accountId, address }, session) => ({
    limit: 'session',
    of: JSON.stringify([accountId ?? address, session]),
  }),
  readsBody: true,
};
