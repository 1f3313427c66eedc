import { createReadStream } from 'node:fs';
import { createPasswords } from '../resolvers/accounts/passwords.ts';
import { newSecret } from '../resolvers/accounts/secrets.ts';
import { lockAccounts } from '../store/accounts/accounts.ts';
import type { Database } from '../store/database/database.ts';
import { transaction } from '../store/database/transaction.ts';
import { type CheckedLine, checkLine, type LineProblem } from './check-line.ts';
import { readLines } from './read-lines.ts';
import { RECORDS, type RecordType } from './records.ts';
import { lockImports } from './statements/lock.ts';
import type { OwnerRules } from './statements/owners.ts';
import { type BatchContext, RefusedLines, type Written, writeBatch } from './write-batch.ts';

export const BATCH_LINES = 500;
const BATCH_BYTES = 4 * 1024 * 1024;
/** No one reads more. */
const MAX_PROBLEMS = 100;

export type Totals = Record<RecordType, Record<Written['outcome'], number>>;

/** If `problems` is empty, everything was imported. */
export interface ImportReport {
  totals: Totals;
  /** Number of the last line that was committed; 0: none was. */
  lastLine: number;
  problems: readonly LineProblem[];
}

/** Reads the whole file and writes nothing. @returns up to 100 problems */
export async function checkFile(path: string): Promise<LineProblem[]> {
  const problems: LineProblem[] = [];
  for await (const line of readLines(createReadStream(path))) {
    const checked = checkLine(line);
    if (Array.isArray(checked)) problems.push(...checked);
    if (problems.length >= MAX_PROBLEMS) break;
  }
  return problems.slice(0, MAX_PROBLEMS);
}

/**
 * Imports a file that has been checked, in transactions of up to 500 lines, each of which is written as a whole or not at
 * all. It stops at the first one that is refused.
 */
export async function importFile(database: Database, path: string, rules: OwnerRules): Promise<ImportReport> {
  const totals = emptyTotals();
  const context = { ...rules, unknownPassword: await hashOfUnknownPassword() };
  let lastLine = 0;
  for await (const batch of batchesOf(path)) {
    const outcome = await writeAll(database, batch, context);
    if (outcome instanceof RefusedLines) return { totals, lastLine, problems: outcome.problems };
    for (const { type, outcome: each } of outcome) totals[type][each] += 1;
    lastLine = batch.at(-1)!.line;
  }
  return { totals, lastLine, problems: [] };
}

/** For accounts without a hash: no one knows its password, and an admin can let the account set a new one. */
function hashOfUnknownPassword(): Promise<string> {
  return createPasswords(1).hash(newSecret(''));
}

function writeAll(
  database: Database,
  batch: readonly CheckedLine[],
  context: BatchContext,
): Promise<Written[] | RefusedLines> {
  return transaction(database, async (client) => {
    await lockImports(client);
    // Before any row refers to an account: a deletion locks accounts first, too, and would otherwise wait for such a row.
    await lockAccounts(client);
    return writeBatch(client, batch, context);
  }).catch((error: unknown) => {
    if (error instanceof RefusedLines) return error;
    throw error;
  });
}

async function* batchesOf(path: string): AsyncGenerator<CheckedLine[]> {
  let batch: CheckedLine[] = [];
  let bytes = 0;
  for await (const line of readLines(createReadStream(path))) {
    const checked = checkLine(line);
    if (Array.isArray(checked)) throw new Error(`line ${line.number} was changed after it was checked`);
    batch.push(checked);
    bytes += line.bytes;
    if (batch.length < BATCH_LINES && bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

function emptyTotals(): Totals {
  const types = Object.keys(RECORDS).map((type) => [type, { created: 0, present: 0, deleted: 0 }]);
  return Object.fromEntries(types);
}
