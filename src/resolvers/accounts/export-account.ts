import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { globalId } from '../../rules/ids/global-id.ts';
import { KINDS } from '../../rules/runs/kinds.ts';
import { type AccountRow, readAccounts } from '../../store/accounts/accounts.ts';
import { recordAudit } from '../../store/accounts/audit.ts';
import {
  type ExportedRow,
  type ExportedTable,
  exportCalls,
  exportRows,
  exportRuns,
} from '../../store/accounts/export-rows.ts';
import { readRetention } from '../../store/accounts/retention.ts';
import { readEvents } from '../../store/log/event-log.ts';
import { readBudgets } from '../../store/money/budgets.ts';
import type { Store } from '../../store/store.ts';
import { readArtifact, readArtifacts } from '../../store/tasks/artifacts.ts';
import type { RunKind } from '../../vocabulary.ts';
import { requireViewer } from '../request/viewer.ts';

/** Types of lines, in the order of the file, with the type that the object has in GraphQL. */
const TABLES: readonly { table: ExportedTable; type: string; node: string }[] = [
  { table: 'api_key', type: 'apiKey', node: 'ApiKey' },
  { table: 'session', type: 'session', node: 'Session' },
  { table: 'thread', type: 'thread', node: 'Thread' },
  { table: 'agent', type: 'agent', node: 'Agent' },
  { table: 'template', type: 'template', node: 'TaskTemplate' },
  { table: 'workflow', type: 'workflow', node: 'Workflow' },
  { table: 'integration', type: 'integration', node: 'Integration' },
  { table: 'model', type: 'model', node: 'Model' },
  { table: 'audit_entry', type: 'auditEntry', node: 'AuditEntry' },
];

/**
 * The account that is to be exported: the viewer's own, or, for admins, any.
 * @throws DomainError UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function exportedAccount(
  context: Context,
  id: string | null,
  field: string,
): Promise<AccountRow> {
  const viewer = requireViewer(context);
  const wanted = id ?? viewer.userId;
  if (wanted !== viewer.userId && !viewer.isAdmin)
    throw new DomainError('FORBIDDEN', 'only an admin may export other accounts');
  const account = (await readAccounts(context.store.database, [wanted])).get(wanted);
  if (!account) throw new DomainError('NOT_FOUND', `${field}: there is no such user`, { field });
  return account;
}

/** Records that an export begins. */
export async function recordExport(context: Context, account: AccountRow): Promise<void> {
  const { userId } = requireViewer(context);
  const subject = account.id === userId ? null : globalId('User', account.id);
  await recordAudit(context.store.database.pool, { actorId: userId, action: 'user_exported', subject });
}

/**
 * The data of an account as lines of JSON, made while they are read: it never holds more than a row, or a page of a log.
 * They contain what was there at the beginning; each line is as of when it was read. The last one has their numbers.
 * @throws Error when the account is deleted meanwhile
 */
export async function* exportAccount(
  store: Store,
  account: AccountRow,
): AsyncGenerator<string, void, undefined> {
  const until = new Date();
  const counts: Record<string, number> = {};
  const lines = linesOf(store, account, until);
  for await (const { type, ...line } of lines) {
    counts[type] = (counts[type] ?? 0) + 1;
    yield `${JSON.stringify({ type, ...line })}\n`;
  }
  await requirePresent(store, account.id);
  yield `${JSON.stringify({ type: 'end', exportedAt: until, counts })}\n`;
}

type Line = { type: string } & Record<string, unknown>;

async function* linesOf(
  store: Store,
  account: AccountRow,
  until: Date,
): AsyncGenerator<Line, void, undefined> {
  const { database } = store;
  const { id, email, name, isAdmin, isActive, maxConcurrentRuns, maxQueuedRuns, createdAt } = account;
  const retention = await readRetention(store, id);
  const limits = { maxConcurrentRuns, maxQueuedRuns, retention };
  yield {
    type: 'account',
    id,
    nodeId: globalId('User', id),
    email,
    name,
    isAdmin,
    isActive,
    createdAt,
    ...limits,
  };
  const budget = (await readBudgets(database, [id])).get(id) ?? null;
  yield { type: 'usage', ...(await store.quotas.read(id)), budget };
  for (const { table, type, node } of TABLES)
    for await (const row of exportRows(database, table, id, until)) yield lineOf(type, node, row);
  for await (const run of exportRuns(database, id, until)) {
    // Once for each run: it would be costly for each line, and the rest of a run is short.
    await requirePresent(store, id);
    yield lineOf('run', KINDS[run.kind as RunKind].type, run);
    yield* linesOfRun(store, id, run.id);
  }
}

async function* linesOfRun(
  store: Store,
  ownerId: string,
  runId: string,
): AsyncGenerator<Line, void, undefined> {
  const { database } = store;
  for (const call of await exportCalls(database, runId)) yield lineOf('modelCall', 'ModelCall', call);
  for (let after = 0, hasMore = true; hasMore; ) {
    const page = await readEvents(database, runId, after);
    for (const { type, ...event } of page.events) {
      yield { type: 'event', event: type, ...event };
      after = event.seq;
    }
    hasMore = page.hasMore;
  }
  for (const { id } of await readArtifacts(database, [runId])) {
    const artifact = await readArtifact(database, ownerId, id);
    if (!artifact) continue;
    const { content, ...fields } = artifact;
    yield { ...lineOf('artifact', 'Artifact', { ...fields }), content: content.toString('base64') };
  }
}

function lineOf(type: string, node: string, { id, ...row }: ExportedRow): Line {
  // A row may have a type of its own, which the type of the line must not replace.
  const { type: word, ...others } = row;
  return {
    type,
    id,
    nodeId: globalId(node, id),
    ...(word === undefined ? {} : { [`${type}Type`]: word }),
    ...others,
  };
}

/** What was deleted is not sent any more. */
async function requirePresent({ database }: Store, id: string): Promise<void> {
  if (!(await readAccounts(database, [id])).has(id))
    throw new Error('the account was deleted during its export');
}
