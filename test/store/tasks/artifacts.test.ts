import { expect, test } from 'vitest';
import { readEvents } from '../../../src/store/log/event-log.ts';
import { type Lease, LeaseLost } from '../../../src/store/log/lease.ts';
import { completeRun } from '../../../src/store/runs/finish-run.ts';
import { releaseRun } from '../../../src/store/runs/release-run.ts';
import {
  MAX_ARTIFACT_BYTES,
  type NewArtifact,
  readArtifacts,
  saveArtifact,
} from '../../../src/store/tasks/artifacts.ts';
import { fixture } from '../../harness/fixture.ts';
import { holdTask } from '../../harness/lease.ts';
import { startTestServer } from '../../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());

const newLease = async () =>
  holdTask(server.store, await ann.createTask({ prompt: 'x', model: 'demo', costLimit: 1 }));

function file(name: string, content: string | Buffer): NewArtifact {
  return { name, type: 'file', mediaType: 'text/plain', content: Buffer.from(content), isTruncated: false };
}

const saved = ({ runId }: Lease) => readArtifacts(server.store.database, [runId]);

async function told({ runId }: Lease) {
  const { events } = await readEvents(server.store.database, runId, 0);
  return [...events].flatMap(({ type, data }) => (type === 'ArtifactSaved' ? [data] : []));
}

test('an artifact is kept and told of', async () => {
  const lease = await newLease();
  const id = await saveArtifact(server.store, lease, file('a.txt', 'hello'));
  expect(await saved(lease)).toMatchObject([{ id, name: 'a.txt', size: 5, isTruncated: false }]);
  expect(await told(lease)).toEqual([
    { artifactId: id, name: 'a.txt', type: 'file', mediaType: 'text/plain', size: 5 },
  ]);
});

test('what is saved again under its name is told of only when it is another', async () => {
  const lease = await newLease();
  const contents = ['one', 'one', 'three', 'three'];
  const ids = [];
  for (const content of contents) ids.push(await saveArtifact(server.store, lease, file('a', content)));
  expect(new Set(ids).size).toBe(1);
  expect(await saved(lease)).toMatchObject([{ size: 5 }]);
  expect((await told(lease)).map(({ size }) => size)).toEqual([3, 5]);
});

test('the bounds of one artifact and of all of a run', async () => {
  const lease = await newLease();
  const tooLarge = { code: 'ARTIFACT_TOO_LARGE' };
  await expect(
    saveArtifact(server.store, lease, file('a', Buffer.alloc(MAX_ARTIFACT_BYTES + 1))),
  ).rejects.toMatchObject(tooLarge);
  for (let index = 0; index < 10; index += 1) {
    await saveArtifact(server.store, lease, file(`${index}`, Buffer.alloc(MAX_ARTIFACT_BYTES, index)));
  }
  await expect(saveArtifact(server.store, lease, file('a', 'x'))).rejects.toMatchObject(tooLarge);
  // What takes the place of something counts instead of it.
  await saveArtifact(server.store, lease, file('0', 'x'));
  await saveArtifact(server.store, lease, file('a', 'x'));
  expect(await saved(lease)).toHaveLength(11);
  expect(await told(lease)).toHaveLength(12);
});

test('a run has at most 500', async () => {
  const lease = await newLease();
  for (let index = 0; index < 500; index += 1) await saveArtifact(server.store, lease, file(`${index}`, ''));
  await expect(saveArtifact(server.store, lease, file('500', ''))).rejects.toMatchObject({
    code: 'ARTIFACT_TOO_LARGE',
  });
  await saveArtifact(server.store, lease, file('499', 'other'));
});

test('a lease that was lost, or a run that has ended, leaves nothing', async () => {
  const lost = await newLease();
  await releaseRun(server.store, lost);
  const ended = await newLease();
  const result = { output: '', model: 'demo', provider: 'demo', finishReason: 'stop' } as const;
  await completeRun(server.store, ended, result);
  for (const lease of [lost, ended]) {
    await expect(saveArtifact(server.store, lease, file('a', 'x'))).rejects.toThrow(LeaseLost);
    expect(await saved(lease)).toEqual([]);
  }
});
