import { type DocumentNode, GraphQLError, type ParseOptions, parse, type ValidationContext } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { withoutValue } from '../errors/without-value.ts';

const MAX_TOKENS = 2000;
const MAX_COMMENTS = 1000;
/** A token may be a text of millions of lines, each of which is examined several times. */
const MAX_LINES = 50_000;
const MAX_ALIASES = 30;
const MAX_DIRECTIVES = 30;

/** A parsed document takes up to about 200 bytes per character of its source. */
const MAX_KEPT_CHARACTERS = 250_000;

/**
 * Caches frequent documents, and all trusted ones. With Yoga's own limit of 1024 documents, a client could fill the
 * memory with long ones.
 */
export function createDocumentCache(trusted: Iterable<string>) {
  const kept = new Map<string, DocumentNode | undefined>();
  for (const text of trusted) kept.set(text, undefined);
  const recent = lastUsed<DocumentNode>();
  const documentCache = {
    get: (text: string) => kept.get(text) ?? recent.get(text),
    set: (text: string, document: DocumentNode) =>
      void (kept.has(text) ? kept.set(text, document) : recent.set(text, document)),
  };
  return { documentCache, errorCache: lastUsed<Error>() };
}

function lastUsed<Parsed extends object>() {
  return new LRUCache<string, Parsed>({
    maxSize: MAX_KEPT_CHARACTERS,
    sizeCalculation: (_parsed, source) => source.length + 1,
  });
}

/** Limits for documents, for all clients and transports. */
export const limitDocument: Plugin = {
  onParse({ setParseFn }) {
    setParseFn(parseWithinLimits);
  },
  onValidate({ addValidationRule }) {
    addValidationRule(limitAliasesAndDirectives);
  },
};

function parseWithinLimits(source: string, options?: ParseOptions): DocumentNode {
  if (hasTooManyLines(source)) throw unreadable(`The document has more than ${MAX_LINES} lines.`);
  try {
    return parse(source, { ...options, maxTokens: MAX_TOKENS, maxComments: MAX_COMMENTS });
  } catch (error) {
    if (error instanceof GraphQLError) throw unreadable(withoutValue(error.message), error);
    // The parser recurses four times for every `[`; documents that it can parse do not overflow the stack
    // later.
    if (error instanceof RangeError) throw unreadable('The document nests too deeply.');
    throw error;
  }
}

function hasTooManyLines(source: string): boolean {
  if (source.length <= MAX_LINES) return false;
  let lines = 1;
  for (const _end of source.matchAll(/\r\n|[\r\n]/g)) {
    lines += 1;
    if (lines > MAX_LINES) return true;
  }
  return false;
}

function unreadable(message: string, { source, positions }: Partial<GraphQLError> = {}): GraphQLError {
  const extensions = { code: 'GRAPHQL_PARSE_FAILED', http: { spec: true, status: 400 } };
  return new GraphQLError(message, { source, positions, extensions });
}

/** A field selected under many aliases is executed as many times. */
function limitAliasesAndDirectives(context: ValidationContext) {
  let aliases = 0;
  let directives = 0;
  return {
    Field({ alias }: { alias?: unknown }) {
      if (alias) aliases += 1;
    },
    Directive() {
      directives += 1;
    },
    Document: {
      leave() {
        if (aliases > MAX_ALIASES) context.reportError(tooMany('aliases', aliases, MAX_ALIASES));
        if (directives > MAX_DIRECTIVES)
          context.reportError(tooMany('directives', directives, MAX_DIRECTIVES));
      },
    },
  };
}

function tooMany(what: string, given: number, allowed: number): GraphQLError {
  return new GraphQLError(`The document has ${given} ${what}; at most ${allowed} are allowed.`);
}
