import { type DocumentNode, visit } from 'graphql';
import pLimit, { type LimitFunction } from 'p-limit';
import { DomainError } from '../../errors.ts';
import { LONG_FIELDS } from '../../schema/long-fields.ts';

/** Large responses built concurrently: each reads up to 32 MB and becomes up to 16 MB of JSON. */
const AT_ONCE = 6;
/** Concurrent large responses per account, so that one account cannot block the others. */
const AT_ONCE_OF_ACCOUNT = 3;
const MAX_WAITING_OF_ACCOUNT = 1_000;

/** Limits how many large responses are built concurrently; the rest wait, first in, first out. */
export interface AnswerQueue {
  /** @throws DomainError RATE_LIMITED when too many responses of the account are waiting already. */
  run<Result>(accountId: string | null, work: () => Promise<Result>): Promise<Result>;
}

export function createAnswerQueue(): AnswerQueue {
  const all = pLimit(AT_ONCE);
  const ofAccounts = new Map<string, LimitFunction>();
  return {
    async run(accountId, work) {
      const account = accountId ?? '';
      const ofAccount = ofAccounts.get(account) ?? pLimit(AT_ONCE_OF_ACCOUNT);
      if (ofAccount.pendingCount >= MAX_WAITING_OF_ACCOUNT) throw tooManyWaiting();
      ofAccounts.set(account, ofAccount);
      try {
        return await ofAccount(() => all(work));
      } finally {
        if (ofAccount.activeCount + ofAccount.pendingCount === 0) ofAccounts.delete(account);
      }
    },
  };
}

function tooManyWaiting(): DomainError {
  const message = `${MAX_WAITING_OF_ACCOUNT} large responses of this account are waiting already; try again in 1 s`;
  return new DomainError('RATE_LIMITED', message, { retryAfter: 1 });
}

/** Lists of rows: some of them read all columns, whichever fields are selected. */
const LISTS = ['nodes', 'edges', 'dependsOn', 'steps', 'rounds', 'toolCalls'];
const HEAVY = new Set([...LISTS, ...Object.values(LONG_FIELDS).flatMap(Object.keys)]);

const known = new WeakMap<DocumentNode, boolean>();

/**
 * Mutations count only when they select lists: they return little more than their input, and may hold a slot for long.
 */
export function mayBeLarge(document: DocumentNode): boolean {
  const found = known.get(document) ?? look(document);
  known.set(document, found);
  return found;
}

function look(document: DocumentNode): boolean {
  let isMutation = false;
  const names = new Set<string>();
  visit(document, {
    OperationDefinition: ({ operation }) => {
      isMutation ||= operation === 'mutation';
    },
    Field: ({ name }) => void names.add(name.value),
  });
  return isMutation ? LISTS.some((name) => names.has(name)) : [...names].some((name) => HEAVY.has(name));
}
