import type { ClientBase } from 'pg';
import type { ModelReference } from '../../rules/models/model-id.ts';
import type { Origin } from '../../vocabulary.ts';
import { lockAccount } from '../accounts/accounts.ts';
import { columnsOf, insertSql, statement } from '../database/statement.ts';
import { transaction } from '../database/transaction.ts';
import { loggedSql } from '../log/append-sql.ts';
import { bytesOf, eventsParameter, toLoggedEvents } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import { publishAll } from '../log/publish-all.ts';
import { NEW_RUN, newRunSql, type StartTimes } from '../runs/create-run.ts';
import { homeSql } from '../sessions/sessions.ts';
import type { Store } from '../store.ts';
import { findRepeated } from '../tasks/create-task.ts';
import type { Idempotency } from '../tasks/new-task.ts';
import { joinThread } from '../threads/join-thread.ts';
import { hasCapacitySql, tooMany } from './capacity.ts';
import { ORCHESTRATION_COLUMNS, type OrchestrationRow } from './orchestrations.ts';

export interface NewOrchestration extends StartTimes {
  id: string;
  ownerId: string;
  origin: Origin;
  prompt: string;
  domain: string | null;
  threadId: string | null;
  sessionId: string | null;
  preferredModels: readonly string[];
  candidates: readonly ModelReference[];
  reasoning: string;
  evaluationThreshold: number;
  maxIterations: number;
  /** US dollars as decimal text; null: no limit of its own. */
  costLimit: string | null;
  priority: number;
  tags: readonly string[];
  metadata: Record<string, unknown> | null;
  idempotency: Idempotency | null;
}

/**
 * Creates run, orchestration, first event and ticket in one transaction.
 * @param most maximum number of the owner's unfinished ones
 * @param isRepeated it was tried before, and neither created nor found
 * @returns the created row, or the id of an earlier run with the same idempotency key and request
 * @throws DomainError CONFLICT, RATE_LIMITED, QUOTA_EXCEEDED
 */
export async function createOrchestration(
  store: Store,
  orchestration: NewOrchestration,
  most: number,
  isRepeated = false,
): Promise<OrchestrationRow | string> {
  const { ownerId, idempotency } = orchestration;
  await store.quotas.require(ownerId, { runs: 1, bytes: bytesOf(JSON.stringify(orchestration)) });
  const created = await transaction(store.database, async (client) => {
    await lockAccount(client, ownerId);
    // A session is always locked before its threads and its runs.
    if (orchestration.sessionId)
      await client.query('select from session where id = $1 for share', [orchestration.sessionId]);
    const { id: runId, threadId, startAt } = orchestration;
    const idempotencyKey = idempotency?.key ?? null;
    const joining = {
      runId,
      ownerId,
      threadId,
      idempotencyKey,
      dependsOn: [],
      startAt,
      field: 'input.threadId',
    } as const;
    return joinThread(client, joining, (blockers) => insert(client, orchestration, most, blockers));
  });
  if (created) {
    const { queued, interrupted } = created;
    publishAll(store.bus, interrupted);
    store.bus.publish(orchestration.id, queued.events);
    return queued.row;
  }
  const earlier = idempotency && (await findRepeated(store, ownerId, idempotency));
  if (earlier) return earlier;
  // The equal request that had the key may have been deleted meanwhile.
  if (idempotency && !isRepeated) return createOrchestration(store, orchestration, most, true);
  throw tooMany(most);
}

const CREATED: NewEvent = { type: 'RunCreated', data: { kind: 'orchestration' } };

const ORCHESTRATION = {
  prompt: 'text',
  domain: 'text',
  thread_id: 'text',
  preferred_models: 'text[]',
  candidates: 'jsonb',
  reasoning: 'text',
  evaluation_threshold: 'float8',
  max_iterations: 'integer',
} as const;

const insertStatement = statement(
  'create-orchestration',
  { ...NEW_RUN, blockers: 'integer', session_id: 'text', most: 'integer', ...ORCHESTRATION },
  ($) => {
    const ofRun = { status: `'queued'`, blockers: $.blockers, session_id: 'room.session_id' };
    const moved = newRunSql($, 'orchestration', ofRun, 'room');
    const logged = loggedSql(moved);
    return `
      with ${homeSql($.session_id, $.owner_id)}, room as (
        select session_id from home where ${hasCapacitySql($.owner_id, $.session_id, $.most, $.start_at)}
      ), ${moved.sql}, asked as (
        ${insertSql('orchestration', { id: 'moved.id', ...columnsOf($, ORCHESTRATION) })} from moved returning *
      ), ${logged.sql}
      select ${ORCHESTRATION_COLUMNS}, ${logged.events} as events from moved as run, asked as orchestration`;
  },
);

/** @returns null when the idempotency key exists, or when there are too many */
async function insert(
  client: ClientBase,
  orchestration: NewOrchestration,
  most: number,
  blockers: number,
): Promise<{ row: OrchestrationRow; events: LoggedEvent[] } | null> {
  const candidates = JSON.stringify(orchestration.candidates);
  const { tags, reasoning } = orchestration;
  const metadata = orchestration.metadata && JSON.stringify(orchestration.metadata);
  const { rows } = await client.query<OrchestrationRow & { events: LoggedEvent[] }>(
    insertStatement({
      id: orchestration.id,
      owner_id: orchestration.ownerId,
      origin: orchestration.origin,
      priority: orchestration.priority,
      tags,
      metadata,
      start_at: orchestration.startAt,
      expires_at: orchestration.expiresAt,
      blockers,
      prompt: orchestration.prompt,
      domain: orchestration.domain,
      thread_id: orchestration.threadId,
      preferred_models: orchestration.preferredModels,
      candidates,
      reasoning,
      evaluation_threshold: orchestration.evaluationThreshold,
      max_iterations: orchestration.maxIterations,
      session_id: orchestration.sessionId,
      cost_limit: orchestration.costLimit,
      idempotency_key: orchestration.idempotency?.key ?? null,
      body_hash: orchestration.idempotency?.bodyHash ?? null,
      most,
      events: eventsParameter([CREATED]),
      bytes: bytesOf(orchestration.prompt, candidates, reasoning, metadata, ...tags),
    }),
  );
  const [created] = rows;
  if (!created) return null;
  const { events, ...row } = created;
  return { row, events: toLoggedEvents(events) };
}
