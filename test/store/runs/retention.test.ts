import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareCounters } from '../../../src/store/analytics/counters/compare-counters.ts';
import { readEventPages } from '../../../src/store/log/event-pages.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { pass } from '../../runs/retention-passes.ts';
import {
  ARTIFACT_BYTES,
  OTHER_BYTES,
  runsOf,
  type Stored,
  store,
  TEXT_BYTES,
  type World,
  worlds,
} from './retention-world.ts';

/** Of the installation. */
const TEXT_DAYS = 50;
const server = fixture(() =>
  startTestServer({ worker: false, variables: { RETENTION_TEXT_DAYS: String(TEXT_DAYS) } }),
);
let cases = 0;

interface Kept {
  id: string;
  seqs: number[];
  hasArtifact: boolean;
  hasKey: boolean;
  bytes: number;
}

/** What has to be there after a pass. */
function expected(world: World, runs: readonly Stored[]): Kept[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const daysOf = ({ ownerId }: Stored, subject: keyof World['policies'][number]) =>
    world.policies[Number(ownerId.at(-1))]![subject] ??
    (subject === 'text' ? TEXT_DAYS : Number.POSITIVE_INFINITY);
  const hasEnded = (run: Stored, subject: keyof World['policies'][number]) =>
    run.age !== null && run.age > daysOf(run, subject);
  const wholeOf = (run: Stored) => (run.parentId === null ? run : byId.get(run.parentId)!);
  const hasExpired = (run: Stored, subject: keyof World['policies'][number]) =>
    hasEnded(wholeOf(run), subject) && hasEnded(run, subject);
  const isDeleted = (whole: Stored) =>
    runs
      .filter(
        (run) =>
          run === whole ||
          run.parentId === whole.id ||
          run.dependsOn === whole.id ||
          (whole.threadId !== null && run.threadId === whole.threadId),
      )
      .every((run) => hasEnded(run, 'runs'));
  return runs
    .filter((run) => !isDeleted(wholeOf(run)))
    .map((run) => {
      const isKept = (type: string) =>
        !hasExpired(run, 'events') && (type !== 'TokensGenerated' || !hasExpired(run, 'text'));
      const seqs = run.log.flatMap((type, index) => (isKept(type) ? [index + 1] : []));
      const texts = seqs.filter((seq) => run.log[seq - 1] === 'TokensGenerated');
      const hasArtifact = !hasExpired(run, 'artifacts');
      return {
        id: run.id,
        seqs,
        hasArtifact,
        hasKey: !hasExpired(run, 'idempotencyKeys'),
        bytes: OTHER_BYTES + TEXT_BYTES * texts.length + (hasArtifact ? ARTIFACT_BYTES : 0),
      };
    });
}

async function present(name: string): Promise<Kept[]> {
  const { rows } = await server.store.database.pool.query(
    `select id, array(select seq from run_event where run_id = run.id union all select seq from run_text where run_id = run.id order by seq) as seqs,
       exists (select from artifact where run_id = run.id) as "hasArtifact",
       exists (select from idempotency_key where run_id = run.id) as "hasKey", bytes::int, counted_bytes = bytes as "isCounted"
     from run where owner_id like $1 order by id`,
    [`${name}-u%`],
  );
  expect(rows.filter(({ isCounted }) => !isCounted)).toEqual([]);
  return rows.map(({ isCounted: _, ...row }) => row);
}

/** Each number of each log is an event or in a marker. */
async function expectDense(runs: readonly Stored[]): Promise<void> {
  const ids = runs.map(({ id }) => id);
  const events = await readEventPages(server.store.database, ids, { after: 0, limit: 100, types: null });
  for (const { id, log } of runs) {
    const numbers = events
      .filter(({ runId }) => runId === id)
      .flatMap(({ seq, type, data }) => {
        const first = type === 'TextExpired' || type === 'EventsExpired' ? data.firstSeq : seq;
        return Array.from({ length: seq - first + 1 }, (_, index) => first + index);
      });
    expect(numbers).toEqual(log.map((_, index) => index + 1));
  }
}

test('after a pass, what has expired is gone, and nothing else; each log is dense with its markers', async () => {
  const { database, quotas } = server.store;
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      cases += 1;
      const name = `w${cases}`;
      const runs = runsOf(world, name);
      await store(server, world, name, runs);
      await pass(server);
      const kept = expected(world, runs);
      expect(await present(name)).toEqual(kept.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
      const ids = new Set(kept.map(({ id }) => id));
      await expectDense(runs.filter(({ id }) => ids.has(id)));
      for (const owner of world.policies.keys()) {
        const ofOwner = runs.filter(({ id, ownerId }) => ids.has(id) && ownerId === `${name}-u${owner}`);
        expect((await quotas.read(`${name}-u${owner}`)).used.runs).toBe(ofOwner.length);
      }
    }),
    { numRuns: 15 },
  );
  expect(await compareCounters(database)).toEqual([]);
}, 300_000);
