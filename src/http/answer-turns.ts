import { type DocumentNode, visit } from 'graphql';
import pLimit, { type LimitFunction } from 'p-limit';
import { DomainError } from '../errors.ts';
import { LONG_FIELDS } from '../schema/long-fields.ts';

/** Answers that may be large and are being made at a time: each reads up to 32 MB and becomes up to 16 MB of JSON. */
const AT_ONCE = 6;
/** Of them of one account, so that it holds up no other. */
const AT_ONCE_OF_ACCOUNT = 3;
const MAX_WAITING_OF_ACCOUNT = 1_000;

/** Has answers that may be large wait for each other, in order. */
export interface AnswerTurns {
  /** @throws DomainError RATE_LIMITED when too many of the account wait already */
  take<Result>(accountId: string | null, work: () => Promise<Result>): Promise<Result>;
}

export function createAnswerTurns(): AnswerTurns {
  const all = pLimit(AT_ONCE);
  const ofAccounts = new Map<string, LimitFunction>();
  return {
    async take(accountId, work) {
      const account = accountId ?? '';
      const turns = ofAccounts.get(account) ?? pLimit(AT_ONCE_OF_ACCOUNT);
      if (turns.pendingCount >= MAX_WAITING_OF_ACCOUNT) throw tooManyWaiting();
      ofAccounts.set(account, turns);
      try {
        return await turns(() => all(work));
      } finally {
        if (turns.activeCount + turns.pendingCount === 0) ofAccounts.delete(account);
      }
    },
  };
}

function tooManyWaiting(): DomainError {
  const message = `${MAX_WAITING_OF_ACCOUNT} large answers of this account are waiting; try again in 1 s`;
  return new DomainError('RATE_LIMITED', message, { retryAfter: 1 });
}

/** Lists of rows: all columns of some of them are read, whichever are asked for. */
const LISTS = ['nodes', 'edges', 'dependsOn', 'steps', 'rounds', 'toolCalls'];
const HEAVY = new Set([...LISTS, ...Object.values(LONG_FIELDS).flatMap(Object.keys)]);

const known = new WeakMap<DocumentNode, boolean>();

/** Of a mutation only when it reads lists: what it writes is no more than what it was sent, and it may take long. */
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
