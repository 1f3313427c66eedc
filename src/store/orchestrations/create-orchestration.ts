import type { ClientBase } from 'pg';
import type { ModelReference } from '../../rules/models/model-id.ts';
import type { Origin } from '../../vocabulary.ts';
import { transaction } from '../database/transaction.ts';
import { appendSql, bytesOf, eventsParameter, loggedSql, toLoggedEvents } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import { publishAll } from '../log/publish-all.ts';
import { homeSql } from '../sessions/sessions.ts';
import type { Store } from '../store.ts';
import { findRepeated } from '../tasks/create-task.ts';
import type { Idempotency } from '../tasks/new-task.ts';
import { joinThread } from '../threads/join-thread.ts';
import { hasCapacitySql, lockOrchestrations, tooMany } from './capacity.ts';
import { ORCHESTRATION_COLUMNS, type OrchestrationRow } from './orchestrations.ts';

export interface NewOrchestration {
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
    await lockOrchestrations(client, ownerId);
    // A session is always locked before its threads and its runs.
    if (orchestration.sessionId)
      await client.query('select from session where id = $1 for share', [orchestration.sessionId]);
    const { id: runId, threadId } = orchestration;
    const idempotencyKey = idempotency?.key ?? null;
    const joining = {
      runId,
      ownerId,
      threadId,
      idempotencyKey,
      dependsOn: [],
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

/** @returns null when the idempotency key exists, or when there are too many */
async function insert(
  client: ClientBase,
  orchestration: NewOrchestration,
  most: number,
  blockers: number,
): Promise<{ row: OrchestrationRow; events: LoggedEvent[] } | null> {
  const { rows } = await client.query<OrchestrationRow & { events: LoggedEvent[] }>({
    name: 'create-orchestration',
    text: `
      with ${homeSql('$18', '$2')}, room as (
        select session_id from home where ${hasCapacitySql('$2', '$18', '$16')}
      ), claimed as (
        insert into idempotency_key (owner_id, key, body_hash, run_id)
        select $2, $14, $15, $1 from room where $14::text is not null
        on conflict do nothing returning key
      ), moved as (
        insert into run (id, kind, owner_id, session_id, origin, status, priority, blockers, last_seq, bytes,
          counted_bytes)
        select $1, 'orchestration', $2, room.session_id, $3, 'queued', $4, $20, jsonb_array_length($13::jsonb),
          $19::bigint, $19::bigint
        from room where $14::text is null or exists (select from claimed)
        returning *
      ), asked as (
        insert into orchestration (id, prompt, domain, thread_id, preferred_models, candidates, reasoning,
          evaluation_threshold, max_iterations)
        select id, $5, $6, $7, $8::text[], $9::jsonb, $10, $11, $12 from moved
        returning *
      ), limited as (
        insert into budget (subject_id, kind, cost_limit)
        select id, 'orchestration', $17::numeric from moved where $17::numeric is not null
      ), logged as (${appendSql('$13')})
      select ${ORCHESTRATION_COLUMNS}, ${loggedSql} as events from moved as run, asked as orchestration`,
    values: [
      orchestration.id,
      orchestration.ownerId,
      orchestration.origin,
      orchestration.priority,
      orchestration.prompt,
      orchestration.domain,
      orchestration.threadId,
      orchestration.preferredModels,
      JSON.stringify(orchestration.candidates),
      orchestration.reasoning,
      orchestration.evaluationThreshold,
      orchestration.maxIterations,
      eventsParameter([CREATED]),
      orchestration.idempotency?.key ?? null,
      orchestration.idempotency?.bodyHash ?? null,
      most,
      orchestration.costLimit,
      orchestration.sessionId,
      bytesOf(orchestration.prompt, JSON.stringify(orchestration.candidates), orchestration.reasoning),
      blockers,
    ],
  });
  const [created] = rows;
  if (!created) return null;
  const { events, ...row } = created;
  return { row, events: toLoggedEvents(events) };
}
