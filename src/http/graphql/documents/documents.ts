import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Services, Viewer } from '../../../context.ts';
import { DomainError } from '../../../errors.ts';
import type { Manifest } from './manifest.ts';

type Mode = Services['config']['documents']['mode'];

/** An operation as a client sends it: with its text, its hash, its id, or text and hash. */
export interface OperationRequest {
  query?: unknown;
  extensions?: unknown;
  /** Of the GraphQL over HTTP specification. */
  documentId?: unknown;
  /** Of Relay's examples. */
  doc_id?: unknown;
  id?: unknown;
}

/** Which documents clients may execute, and the texts of those that they do not send. */
export interface Documents {
  /** The text, if it is known without asking who sends it; it may still be refused. */
  peek(request: OperationRequest): string | null;
  /**
   * The text to execute; null: the request has neither a text nor an id.
   * @param viewer of the request; only asked where that decides
   * @throws DomainError PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_NOT_SUPPORTED, DOCUMENT_NOT_ALLOWED,
   * VALIDATION_ERROR
   */
  find(request: OperationRequest, viewer: () => Promise<Viewer | null>): Promise<string | null>;
}

/** Names of the parameters that may contain an id. Yoga knows none of them. */
export const ID_PARAMETERS = ['documentId', 'doc_id', 'id'] as const;

/** Characters of the documents that clients have registered, in total. The least recently used are forgotten. */
const MOST_PERSISTED = 2_000_000;

const persistedQuery = z.object({
  persistedQuery: z.object({ sha256Hash: z.string().min(1).max(200) }),
});

export function createDocuments(mode: Mode, trusted: Manifest): Documents {
  const trustedTexts = new Set(trusted.values());
  const persisted = new LRUCache<string, string>({
    maxSize: MOST_PERSISTED,
    sizeCalculation: (text, hash) => text.length + hash.length,
  });
  const known = (id: string | null, hash: string | null) =>
    trusted.get(id ?? hash ?? '') ?? (hash === null ? undefined : persisted.get(hash));

  async function requireAllowed(
    text: string,
    hash: string | null,
    viewer: () => Promise<Viewer | null>,
  ): Promise<void> {
    if (mode === 'open') return persist(hash, text);
    if (trustedTexts.has(text)) return;
    if (mode === 'known' && persisted.has(sha256(text))) return;
    const sender = await viewer();
    // What an administrator tries in GraphiQL is in no file.
    if (sender?.isAdmin) return;
    if (mode === 'only' || !mayRegister(sender) || hash === null) throw notAllowed(mode);
    persist(hash, text);
  }

  function persist(hash: string | null, text: string): void {
    if (hash !== null && !trusted.has(hash)) persisted.set(hash, text);
  }

  return {
    peek: (request) => textOf(request) ?? known(idOf(request), hashOf(request)) ?? null,
    async find(request, viewer) {
      const text = textOf(request);
      const id = idOf(request);
      const hash = hashOf(request);
      if (text !== null) {
        if (hash !== null && trusted.get(hash) !== text && sha256(text) !== hash) throw wrongHash();
        await requireAllowed(text, hash, viewer);
        return text;
      }
      if (id === null && hash === null) return null;
      const found = known(id, hash);
      if (found === undefined) throw await notFound(mode, id, viewer);
      return found;
    },
  };
}

/** An empty text is what graphql-ws requires of a client that sends an id. */
function textOf({ query }: OperationRequest): string | null {
  return typeof query === 'string' && query !== '' ? query : null;
}

function idOf(request: OperationRequest): string | null {
  const given = ID_PARAMETERS.map((name) => request[name]).find((value) => typeof value === 'string');
  return (given as string | undefined) ?? null;
}

function hashOf({ extensions }: OperationRequest): string | null {
  if (typeof extensions !== 'object' || extensions === null || !('persistedQuery' in extensions)) return null;
  const parsed = persistedQuery.safeParse(extensions);
  if (parsed.success) return parsed.data.persistedQuery.sha256Hash;
  const field = 'extensions.persistedQuery.sha256Hash';
  throw new DomainError('VALIDATION_ERROR', `${field}: must be the SHA-256 of the document in hexadecimal`, {
    field,
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function wrongHash(): DomainError {
  const field = 'extensions.persistedQuery.sha256Hash';
  return new DomainError('VALIDATION_ERROR', `${field}: is not the SHA-256 of the document`, { field });
}

function notAllowed(mode: Mode): DomainError {
  const rule =
    mode === 'only'
      ? 'this server executes only its trusted documents'
      : 'this server executes only known documents; an account may register others by sending them with their hash';
  return new DomainError('DOCUMENT_NOT_ALLOWED', rule);
}

/** Pages of strangers may contain a run token. */
function mayRegister(sender: Viewer | null): boolean {
  return sender !== null && !sender.runIds;
}

/** Clients compare the messages: Apollo Client and urql then send the text, or never a hash again. */
async function notFound(
  mode: Mode,
  id: string | null,
  viewer: () => Promise<Viewer | null>,
): Promise<DomainError> {
  if (id !== null) return new DomainError('PERSISTED_QUERY_NOT_FOUND', 'no document has this id');
  const isRegistrable = mode === 'open' || (mode === 'known' && mayRegister(await viewer()));
  return isRegistrable
    ? new DomainError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound')
    : new DomainError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
}
