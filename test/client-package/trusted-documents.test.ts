import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CreateTask } from '../../packages/client/src/index.ts';
import { trustedDocuments } from '../../packages/client/src/trusted-documents.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { createFolder } from '../harness/folder.ts';
import { startTestServer } from '../harness/server.ts';
import { collect, polyphonyOf, TRANSPORTS } from './client-package.ts';

const TITLES = 'query ($id: ID!) { task(id: $id) { title } }';
const PROGRESS =
  'subscription ($id: ID!) { runEvents(runId: $id) { __typename ... on ProgressMade { progress } } }';

const server = fixture(async () => {
  const folder = await createFolder();
  const path = join(folder.path, 'documents.json');
  await writeFile(path, JSON.stringify(await trustedDocuments([TITLES, PROGRESS])));
  const variables = { DOCUMENTS: 'only', DOCUMENTS_FILE: path };
  try {
    return await startTestServer({ embedded: true, variables });
  } finally {
    await folder.remove();
  }
});
/** Not an administrator: those may execute any document. */
const ann = fixture(async () => {
  const register = `mutation { register(input: { email: "ann@example.com", password: "a good password", name: "Ann" }) { token } }`;
  return data(await (await server.localAdmin()).query(register)).register as { token: string };
});

describe.each(TRANSPORTS)(
  'given a server that executes only what the client makes of its documents, over %s',
  (transport) => {
    test('then its own documents and those of the application are executed, and no others', async () => {
      const polyphony = polyphonyOf(server, ann, transport);
      const { createTask } = await polyphony.mutate(CreateTask, {
        input: { prompt: 'x', model: 'demo@tokens=3' },
      });
      const { id } = createTask!.task!;
      const events = await collect(polyphony.followRun(id));
      expect(events.at(-1)!.__typename).toBe('RunCompleted');
      expect((await collect(polyphony.followText(id))).at(-1)!.text).not.toBe('');
      await expect(polyphony.query(TITLES, { id })).resolves.toHaveProperty('task');
      expect(await collect(polyphony.subscribe(PROGRESS, { id }))).toHaveLength(events.length);
      const other = PROGRESS.replace('progress', 'seq');
      await expect(collect(polyphony.subscribe(other, { id }))).rejects.toMatchObject({
        code: 'DOCUMENT_NOT_ALLOWED',
      });
      await expect(polyphony.query(`${TITLES} # another`, { id })).rejects.toMatchObject({
        code: 'DOCUMENT_NOT_ALLOWED',
      });
      polyphony.close();
    });
  },
);
