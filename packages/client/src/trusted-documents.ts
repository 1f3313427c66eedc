import { type DocumentNode, Kind, parse } from 'graphql';
import { resumptionOf } from './connection/resumption.ts';
import * as ownDocuments from './documents.ts';
import { textOf } from './requests.ts';

/**
 * Generates the content of the server's `DOCUMENTS_FILE`, for use in a build step: the texts that the client sends for
 * its own documents and for these, keyed by SHA-256 in hexadecimal. They differ from what the application passes,
 * because the client adds fields to subscriptions that it resumes.
 * @param documents all that the application passes to the client or to its adaptors for Apollo, urql and Relay, in the
 * form in which they arrive there: Apollo and urql add `__typename`
 */
export async function trustedDocuments(
  documents: Iterable<string | DocumentNode> = [],
): Promise<Record<string, string>> {
  const own = Object.values(ownDocuments).filter((value) => typeof value === 'string');
  const texts = [...own, ...documents].map(sentText);
  return Object.fromEntries(await Promise.all(texts.map(async (text) => [await sha256(text), text])));
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function sentText(document: string | DocumentNode): string {
  const parsed = typeof document === 'string' ? parse(document, { noLocation: true }) : document;
  const isSubscription = parsed.definitions.some(
    (one) => one.kind === Kind.OPERATION_DEFINITION && one.operation === 'subscription',
  );
  if (isSubscription) return resumptionOf(parsed, {}).operation()!.query;
  return textOf(document);
}
