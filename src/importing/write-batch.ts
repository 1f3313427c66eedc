import type { ClientBase } from 'pg';
import type { ErrorCode } from '../errors.ts';
import type { CheckedLine, LineProblem } from './check-line.ts';
import type { ImportedRecord, RecordType } from './records.ts';
import { importAccounts } from './statements/accounts.ts';
import { importApiKeys } from './statements/api-keys.ts';
import type { ImportOutcome, ImportRefusal, LineOutcome } from './statements/outcome.ts';
import type { OwnerRules } from './statements/owners.ts';
import { importSessions } from './statements/sessions.ts';
import { importTasks } from './statements/tasks.ts';
import { hashOf, type RecordOf, toAccount, toApiKey, toSession, toTask } from './to-rows.ts';

/** The outcome of a line that was not refused, with the type of its record. */
export interface Written {
  type: RecordType;
  outcome: Exclude<ImportOutcome, ImportRefusal>;
}

/** Thrown to roll the batch back. */
export class RefusedLines extends Error {
  override readonly name = 'RefusedLines';
  readonly problems: readonly LineProblem[];

  constructor(problems: readonly LineProblem[]) {
    super(`${problems.length} lines cannot be imported`);
    this.problems = problems;
  }
}

/** Consecutive lines of one type, no two about the same object: they are written by one statement. */
interface Group {
  type: RecordType;
  names: Set<string>;
  lines: CheckedLine[];
}

export interface BatchContext extends OwnerRules {
  /** The hash for accounts without one. */
  unknownPassword: string;
}

/** Writes lines in their order, in the transaction of the client. @throws RefusedLines */
export async function writeBatch(
  client: ClientBase,
  lines: readonly CheckedLine[],
  context: BatchContext,
): Promise<Written[]> {
  const written: Written[] = [];
  for (const group of groupsOf(lines)) {
    const outcomes = await write(client, group, context);
    const problems = outcomes.flatMap((each) => problemOf(group.type, each) ?? []);
    if (problems.length > 0) throw new RefusedLines(problems);
    for (const { outcome } of outcomes)
      written.push({ type: group.type, outcome: outcome as Written['outcome'] });
  }
  return written;
}

function groupsOf(lines: readonly CheckedLine[]): Group[] {
  const groups: Group[] = [];
  for (const line of lines) {
    const { type } = line.record;
    const name = nameOf(line.record);
    const last = groups.at(-1);
    if (last?.type === type && !last.names.has(name)) {
      last.names.add(name);
      last.lines.push(line);
    } else groups.push({ type, names: new Set([name]), lines: [line] });
  }
  return groups;
}

function nameOf(record: ImportedRecord): string {
  if (record.type === 'account') return record.email;
  return record.type === 'apiKey' ? hashOf(record) : record.id;
}

function write(
  client: ClientBase,
  { type, lines }: Group,
  { unknownPassword, ...rules }: BatchContext,
): Promise<LineOutcome[]> {
  const rows = <Type extends RecordType, Row>(to: (line: number, record: RecordOf<Type>) => Row) =>
    lines.map(({ line, record }) => to(line, record as RecordOf<Type>));
  switch (type) {
    case 'account':
      return importAccounts(
        client,
        rows((line, record: RecordOf<'account'>) => toAccount(line, record, unknownPassword)),
        rules,
      );
    case 'apiKey':
      return importApiKeys(client, rows(toApiKey), rules);
    case 'session':
      return importSessions(client, rows(toSession), rules);
    case 'task':
      return importTasks(client, rows(toTask), rules);
  }
}

type Refusal = Omit<LineProblem, 'line'>;

const NO_ACCOUNT: Refusal = {
  code: 'NOT_FOUND' satisfies ErrorCode,
  field: 'account',
  message: 'must be the address of an account that exists or of an earlier line',
};

const REFUSALS: Record<ImportRefusal, (type: RecordType) => Refusal> = {
  'no-account': () => NO_ACCOUNT,
  'no-session': () => ({
    ...{ code: 'NOT_FOUND', field: 'session' },
    message: 'must be the id of a session of the same account, from an earlier line or an earlier import',
  }),
  existing: (type) => ({
    code: 'CONFLICT',
    field: type === 'account' ? 'email' : 'account',
    message:
      'is the address of an account that no import created: another person may have registered it. If it belongs to the same person, import with --into-existing; otherwise delete that account first',
  }),
  reserved: () => ({
    ...{ code: 'CONFLICT', field: 'email' },
    message: 'is an address of the server itself; choose another',
  }),
  taken: (type) => ({ code: 'CONFLICT', ...TAKEN[type] }),
};

const TAKEN: Record<RecordType, Pick<Refusal, 'field' | 'message'>> = {
  account: { field: 'username', message: 'belongs to another account; choose another' },
  apiKey: { field: 'sha256', message: 'is a key of another account' },
  session: { field: 'id', message: 'belongs to a session of another account; choose another' },
  task: { field: 'id', message: 'belongs to a run of another account; choose another' },
};

function problemOf(type: RecordType, { line, outcome }: LineOutcome): LineProblem | null {
  const refusal = REFUSALS[outcome as ImportRefusal]?.(type);
  return refusal ? { line, ...refusal } : null;
}
