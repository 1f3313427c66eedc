import { beforeEach, describe, expect, test } from 'vitest';
import type { Client } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { type Given, type Mutation, request } from '../bulk.ts';

const server = fixture(() => startTestServer({ worker: false }));
let ann: Client;
beforeEach(async () => {
  ann = await server.newUser();
});

const EMPTY = 'input.filter.tags: must not be empty';
const NOTHING = 'input.filter: must select something; for every run, give all: true instead of a filter';

describe.each<Mutation>(['cancelRuns', 'retryRuns', 'deleteRuns'])('given %s with an empty list', (name) => {
  test.each<[Given, string]>([
    [{ tags: [] }, EMPTY],
    [{ tags: [], kinds: ['TASK'] }, EMPTY],
    [{ tags: [], statuses: ['PENDING'] }, EMPTY],
    [{ statuses: [] }, NOTHING],
    [{ types: [], createdAt: {} }, NOTHING],
  ])('of %j, then it is refused: it would select what no one asked for', async (filter, message) => {
    await expect(request(ann, name, { filter })).rejects.toThrow(message);
  });
});
