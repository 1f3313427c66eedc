import { describe, expect, test } from 'vitest';
import { type Answer, type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer());

interface Change {
  cursor: string;
  taskId: string | null;
  task: { id: string; status: string; title: string | null } | null;
}

const DOCUMENT = `subscription ($filter: TaskFilter, $after: String) {
  taskChanges(filter: $filter, after: $after) { cursor taskId task { id status title } } }`;

async function follow(client: Client, filter: object, after: string | null = null) {
  const answers = client.subscribe(DOCUMENT, { filter, after });
  const next = async (): Promise<Change> => data((await answers.next()).value as Answer).taskChanges;
  const first = await next();
  return {
    first,
    next,
    /** The changes of one task until it is as expected. */
    async until(taskId: string, isReached: (change: Change) => boolean): Promise<Change[]> {
      const changes: Change[] = [];
      for (;;) {
        const change = await next();
        expect(change.taskId).toBe(taskId);
        changes.push(change);
        if (isReached(change)) return changes;
      }
    },
    leave: () => answers.return(undefined),
  };
}

const change = async (client: Client, mutation: string) =>
  data(await client.query(`mutation { ${mutation} }`));

describe('the changes of a list of tasks', () => {
  test('given a task that comes into the list, changes in it and leaves it, then each of it', async () => {
    const ann = await server.newUser();
    const list = await follow(ann, { statuses: ['PENDING', 'FAILED'], tags: ['nightly'] });
    expect(list.first).toMatchObject({ taskId: null, task: null });
    const id = await ann.createTask({ prompt: 'x', model: 'demo', hold: true, tags: ['nightly'] });
    const isThere = (title: string | null) => (change: Change) => change.task?.title === title;
    const [entered] = await list.until(id, isThere(null));
    expect(entered!.task).toMatchObject({ id, status: 'PENDING' });
    await change(ann, `updateTask(input: { id: "${id}", title: "better" }) { task { id } }`);
    await list.until(id, isThere('better'));
    await change(ann, `cancelTask(input: { id: "${id}" }) { task { id } }`);
    const left = await list.until(id, ({ task }) => task === null);
    expect(left.slice(0, -1).every(({ task }) => task?.status === 'PENDING')).toBe(true);
    await list.leave();
  });

  test('given a task that was never in the list, then nothing until one is', async () => {
    const ann = await server.newUser();
    const list = await follow(ann, { types: ['wanted'] });
    await ann.createTask({ prompt: 'x', model: 'demo', hold: true, type: 'other' });
    const id = await ann.createTask({ prompt: 'x', model: 'demo', hold: true, type: 'wanted' });
    expect(await list.next()).toMatchObject({ taskId: id, task: { id } });
    await list.leave();
  });

  test('given a deleted task, then it is no longer in the list', async () => {
    const ann = await server.newUser();
    const id = await ann.createTask({ prompt: 'x', model: 'demo', hold: true });
    const list = await follow(ann, {});
    await change(ann, `deleteTask(input: { id: "${id}" }) { deletedId }`);
    expect(await list.next()).toMatchObject({ taskId: id, task: null });
    await list.leave();
  });

  test('given a client that was away, then it is told what the tasks are now', async () => {
    const ann = await server.newUser();
    const before = await follow(ann, { statuses: ['COMPLETED'] });
    await before.leave();
    const ids = [
      await ann.createTask({ prompt: 'x', model: 'demo@tokens=2,itl=0' }),
      await ann.createTask({ prompt: 'x', model: 'demo@tokens=2,itl=0' }),
    ];
    for (const id of ids) await ann.events(id);
    const list = await follow(ann, { statuses: ['COMPLETED'] }, before.first.cursor);
    const seen = new Set<string>();
    while (seen.size < ids.length) {
      const { taskId, task } = await list.next();
      expect(task).toMatchObject({ id: taskId, status: 'COMPLETED' });
      seen.add(taskId!);
    }
    expect(seen).toEqual(new Set(ids));
    await list.leave();
  });

  test.each([
    ['filter.text', { filter: { text: '' } }, 'VALIDATION_ERROR'],
    ['after', { after: 'nonsense' }, 'BAD_CURSOR'],
    ['filter.sessionId', { filter: { sessionId: 'nonsense' } }, 'NOT_FOUND'],
  ])('a wrong %s is refused', async (field, variables, code) => {
    const ann = await server.newUser();
    const answer = (await ann.subscribe(DOCUMENT, variables).next()).value as Answer;
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([code, field]);
  });
});
