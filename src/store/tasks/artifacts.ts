import { createHash } from 'node:crypto';
import { DomainError } from '../../errors.ts';
import { newId } from '../../rules/ids/ids.ts';
import type { ArtifactType } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { loggedSql, movedSql } from '../log/append-sql.ts';
import { toLoggedEvents } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { fenced, heldSql, LEASE, type Lease } from '../log/lease.ts';
import { publishAll } from '../log/publish-all.ts';
import type { Store } from '../store.ts';

/** Bytes of one artifact, bytes of all artifacts of a run, and their number. */
export const MAX_ARTIFACT_BYTES = 5 * 1024 * 1024;
const MAX_RUN_BYTES = 50 * 1024 * 1024;
const MAX_RUN_ARTIFACTS = 500;

export interface NewArtifact {
  /** Storable; unique within its run, and the same each time the run reaches it. */
  name: string;
  type: ArtifactType;
  mediaType: string;
  content: Buffer;
  /** Whether the content was cut. */
  isTruncated: boolean;
}

/** Cuts the content to the maximum size of one artifact. */
export function boundedContent(content: Buffer): Pick<NewArtifact, 'content' | 'isTruncated'> {
  return {
    content: content.subarray(0, MAX_ARTIFACT_BYTES),
    isTruncated: content.byteLength > MAX_ARTIFACT_BYTES,
  };
}

/** The properties of an artifact without its content. */
export interface ArtifactRow extends Omit<NewArtifact, 'content'> {
  id: string;
  runId: string;
  /** Bytes. */
  size: number;
  /** Hexadecimal. */
  sha256: string;
  createdAt: Date;
}

const COLUMNS = `
  artifact.id, artifact.run_id as "runId", artifact.name, artifact.type, artifact.media_type as "mediaType",
  artifact.size, artifact.sha256, artifact.is_truncated as "isTruncated", artifact.created_at as "createdAt"`;

/**
 * Saves a file of a run, with its event. An artifact saved under an existing name replaces it and keeps its
 * id; if the content is the same, nothing is written.
 * @returns its id. @throws LeaseLost, DomainError ARTIFACT_TOO_LARGE, QUOTA_EXCEEDED
 */
export async function saveArtifact(store: Store, lease: Lease, artifact: NewArtifact): Promise<string> {
  const size = artifact.content.byteLength;
  if (size > MAX_ARTIFACT_BYTES) {
    throw tooLarge(artifact, `it has ${size} bytes, and the maximum is ${MAX_ARTIFACT_BYTES}`);
  }
  const present = await readPresent(store.database, lease.runId, artifact.name);
  if (present) await store.quotas.require(present.ownerId, { bytes: Math.max(0, size - present.size) });
  const saved = await save(store.database, lease, artifact);
  if (!saved) throw fenced(lease);
  if (saved.otherBytes + size > MAX_RUN_BYTES) {
    throw tooLarge(artifact, `all artifacts of a task may have at most ${MAX_RUN_BYTES} bytes together`);
  }
  if (saved.others >= MAX_RUN_ARTIFACTS) {
    throw tooLarge(artifact, `a task may have at most ${MAX_RUN_ARTIFACTS} artifacts`);
  }
  publishAll(store.bus, toLoggedEvents(saved.events ?? []));
  return saved.id;
}

/**
 * The bytes stored under the name, 0 when there is no such artifact. @returns null when there is no such run
 */
async function readPresent(
  database: Database,
  runId: string,
  name: string,
): Promise<{ ownerId: string; size: number } | null> {
  const { rows } = await database.pool.query<{ ownerId: string; size: number }>({
    name: 'read-present-artifact',
    text: `
      select run.owner_id as "ownerId", coalesce(artifact.size, 0) as size
      from run left join artifact on artifact.run_id = run.id and artifact.name = $2 where run.id = $1`,
    values: [runId, name],
  });
  return rows[0] ?? null;
}

function tooLarge({ name }: NewArtifact, why: string): DomainError {
  return new DomainError('ARTIFACT_TOO_LARGE', `the artifact ${JSON.stringify(name)} was not saved: ${why}`);
}

interface Saved {
  id: string;
  others: number;
  otherBytes: number;
  events: LoggedEvent[] | null;
}

const saveStatement = statement(
  'save-artifact',
  {
    ...LEASE,
    id: 'text',
    name: 'text',
    type: 'text',
    mediaType: 'text',
    size: 'integer',
    sha256: 'text',
    content: 'bytea',
    isTruncated: 'boolean',
  },
  ($) => {
    const moved = movedSql({
      from: 'saved, present',
      where: 'run.id = saved.run_id',
      events: '(select events from fact)',
      count: '1',
      bytes: `(${$.size} - present.replaced)`,
    });
    const logged = loggedSql(moved);
    return `
      with held as (
        select id from run where ${heldSql($)} for update
      ), present as (
        select (count(*) filter (where name <> ${$.name}))::int as others, max(id) filter (where name = ${$.name}) as id,
          coalesce(sum(size) filter (where name <> ${$.name}), 0)::int as bytes,
          coalesce(sum(size) filter (where name = ${$.name}), 0)::int as replaced
        from artifact where run_id = ${$.runId}
      ), saved as (
        insert into artifact (id, run_id, name, type, media_type, size, sha256, content, is_truncated)
        select ${$.id}, held.id, ${$.name}, ${$.type}, ${$.mediaType}, ${$.size}, ${$.sha256}, ${$.content}, ${$.isTruncated}
        from held, present
        where present.bytes + ${$.size} <= ${MAX_RUN_BYTES} and present.others < ${MAX_RUN_ARTIFACTS}
        on conflict (run_id, name) do update
        set type = excluded.type, media_type = excluded.media_type, size = excluded.size, sha256 = excluded.sha256,
          content = excluded.content, is_truncated = excluded.is_truncated, created_at = excluded.created_at
        where (artifact.sha256, artifact.type, artifact.media_type, artifact.is_truncated)
          is distinct from (excluded.sha256, excluded.type, excluded.media_type, excluded.is_truncated)
        returning id, run_id
      ), ${moved.sql}, fact as (
        select jsonb_build_array(jsonb_build_object('type', 'ArtifactSaved', 'data', jsonb_build_object(
          'artifactId', id, 'name', ${$.name}, 'type', ${$.type}, 'mediaType', ${$.mediaType}, 'size', ${$.size}))) as events
        from saved
      ), ${logged.sql}
      select coalesce(saved.id, present.id) as id, others, bytes as "otherBytes", ${logged.events} as events
      from held cross join present left join saved on true`;
  },
);

async function save(database: Database, lease: Lease, artifact: NewArtifact): Promise<Saved | null> {
  const { name, type, mediaType, content, isTruncated } = artifact;
  const { rows } = await database.pool.query<Saved>(
    saveStatement({
      runId: lease.runId,
      epoch: lease.epoch,
      id: newId(),
      name,
      type,
      mediaType,
      size: content.byteLength,
      sha256: createHash('sha256').update(content).digest('hex'),
      content,
      isTruncated,
    }),
  );
  return rows[0] ?? null;
}

/** The artifacts of many runs in one query, oldest first; their contents are not read. */
export async function readArtifacts(database: Database, runIds: readonly string[]): Promise<ArtifactRow[]> {
  const { rows } = await database.pool.query<ArtifactRow>({
    name: 'read-artifacts',
    text: `select ${COLUMNS} from artifact where run_id = any($1::text[]) order by created_at, id`,
    values: [runIds],
  });
  return rows;
}

/** Many in one query, of any owner, without their contents; by id. */
export async function readArtifactsById(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, ArtifactRow>> {
  const { rows } = await database.pool.query<ArtifactRow>({
    name: 'read-artifacts-by-id',
    text: `select ${COLUMNS} from artifact where id = any($1::text[])`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Those of an owner's artifacts that have one of some ids; their contents are not read. */
export async function findArtifacts(
  database: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<ArtifactRow[]> {
  const { rows } = await database.pool.query<ArtifactRow>({
    name: 'find-artifacts',
    text: `
      select ${COLUMNS} from artifact join run on run.id = artifact.run_id
      where artifact.id = any($1::text[]) and run.owner_id = $2`,
    values: [ids, ownerId],
  });
  return rows;
}

/** An artifact with its content. @returns null when it does not exist or belongs to another owner */
export async function readArtifact(
  database: Database,
  ownerId: string,
  id: string,
): Promise<(ArtifactRow & { content: Buffer }) | null> {
  const { rows } = await database.pool.query<ArtifactRow & { content: Buffer }>({
    name: 'read-artifact',
    text: `
      select ${COLUMNS}, artifact.content from artifact join run on run.id = artifact.run_id
      where artifact.id = $1 and run.owner_id = $2`,
    values: [id, ownerId],
  });
  return rows[0] ?? null;
}
