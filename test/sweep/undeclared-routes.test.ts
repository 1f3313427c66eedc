import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { createLegacyClient } from '../rest-compat/clients/legacy-client.ts';
import { createSession } from '../sessions/feed-reader.ts';
import { ADMIN_SEES } from './administrator.ts';
import { codesOf, mask } from './compare.ts';
import { differencesOfAll, TRIED_ROWS } from './dialect-attempts.ts';
import { idsIn } from './ids-in.ts';
import { listenAt, subscribeToAll } from './listeners.ts';
import type { Own } from './parts.ts';
import { ROUTES } from './routes.ts';
import { addressOf, converse, differencesOfSocket, messageOf, TRIED_SOCKETS, typeAt } from './sockets.ts';
import { strangerTo } from './strangers.ts';
import { type Caller, openSweep, plainIdOf, SWEEP_MS, type Sweep } from './sweep.ts';
import { type Ids, type Walk, walk } from './walk.ts';
import { ENDS, until, type World } from './world.ts';

let before: Awaited<ReturnType<Sweep['stateOfAlice']>>;
/** The path of the guests' base URL. */
let guests: string;

const sweep = fixture(openSweep, { timeoutMs: SWEEP_MS });
beforeAll(async () => {
  before = await sweep.stateOfAlice();
  guests = new URL(sweep.server.baseUrl!).pathname;
}, SWEEP_MS);

const GUEST: Caller = { name: 'a guest', credentials: {}, isThorough: false };
const plainOwn = () =>
  Object.fromEntries(Object.entries(sweep.own).map(([type, id]) => [type, plainIdOf(id)]));

async function get(path: string, { credentials }: Pick<Caller, 'credentials'>, headers = {}) {
  const response = await fetch(`${sweep.server.url}${path}`, { headers: { ...credentials, ...headers } });
  return { status: response.status, text: await response.text() };
}

async function expectAliceUntouched(): Promise<void> {
  const { shown, rows } = await sweep.stateOfAlice();
  expect(rows).toEqual(before.rows);
  expect(mask(JSON.stringify(shown), '')).toEqual(mask(JSON.stringify(before.shown), ''));
}

describe.each(TRIED_SOCKETS)('the socket $dialect $name', (tried) => {
  test('Bob’s own ids are good for it and for its commands', async () => {
    const own = plainOwn();
    const [bob] = sweep.callers;
    const answer = (message?: object) =>
      converse(sweep.server.url, addressOf(tried, own, true), bob!, tried.row, message ? [message] : []);
    expect(await answer(), 'say in test/sweep/parts.ts what the path needs').not.toMatch(
      /refused with|closed with 4/,
    );
    for (const { command, place } of tried.commands) {
      if (!place || !typeAt(place)) continue;
      const said = await answer(messageOf(tried, { command, place }, own, own[typeAt(place)!]!));
      expect(said, `say in test/sweep/parts.ts what the command ${command} needs`).not.toMatch(
        /NOT_FOUND|VALIDATION_ERROR|"status_code":4/,
      );
    }
  });

  test.each([
    ['its mount', true],
    ['the root', false],
  ])('what is Alice’s looks at %s like what is not there', async (_where, isMounted) => {
    const found: string[] = [];
    for (const caller of sweep.callers)
      found.push(...(await differencesOfSocket(sweep, caller, tried, { isMounted })));
    found.push(...(await differencesOfSocket(sweep, GUEST, tried, { isMounted, before: guests })));
    expect(found).toEqual([]);
  });
});

test('whatever was said on sockets, all of Alice is as it was', expectAliceUntouched);

describe('routes that are no rows', () => {
  test('each is known', () => {
    const unknown = sweep.routes.filter((route) => !(route in ROUTES));
    expect(unknown, 'say in test/sweep/routes.ts who may have these').toEqual([]);
  });

  test('each that is known is there', () => {
    expect(Object.keys(ROUTES).filter((route) => !sweep.routes.includes(route))).toEqual([]);
  });

  test('what is public is the same for all, and nothing in it is Alice’s', async () => {
    for (const route of Object.keys(ROUTES).filter((one) => ROUTES[one] === 'public')) {
      const path = route.replace(/^\*/, '/*').replace('*', `x/${sweep.ids.Task![0]}`);
      const answers = await Promise.all(sweep.callers.map((caller) => get(path, caller)));
      const texts = answers.map(({ status, text }) => `${status} ${withoutTime(text)}`);
      expect(new Set(texts).size, `${route} differs: ${texts.map((text) => text.slice(0, 300))}`).toBe(1);
      expect(texts[0]).not.toContain(sweep.alice.canary);
    }
  });

  test('what is for administrators is refused to others', async () => {
    for (const route of Object.keys(ROUTES).filter((one) => ROUTES[one] === 'admin')) {
      for (const caller of sweep.callers) {
        const { status, text } = await get(route, caller);
        expect(status).toBe(
          caller.isAdmin
            ? 200
            : 'authorization' in caller.credentials || 'x-api-key' in caller.credentials
              ? 403
              : 401,
        );
        expect(text).not.toContain(sweep.alice.canary);
        for (const id of bothForms(sweep.ids)) expect(text).not.toContain(id);
      }
    }
  });

  const byId = Object.entries(ROUTES).flatMap(([route, who]) =>
    typeof who === 'object' ? [{ route, type: who.type }] : [],
  );
  test.each(byId)('by $route Alice and Bob get their own', async ({ route, type }) => {
    const alice = { credentials: { authorization: `Bearer ${sweep.alice.client.token}` } };
    const hers = await Promise.all(sweep.ids[type]!.map((id) => get(route.replace(/:\w+/, id), alice)));
    expect(hers.map(({ status }) => status)).toEqual(hers.map(() => 200));
    expect(JSON.stringify(hers)).toContain(sweep.alice.canary);
    expect((await get(route.replace(/:\w+/, sweep.own[type]!), sweep.callers[0]!)).status).toBe(200);
  });

  test.each(byId)('by $route what is Alice’s looks like what is not there', async ({ route, type }) => {
    for (const caller of [...sweep.callers, { ...GUEST, before: guests }]) {
      const others = Object.entries(sweep.ids).flatMap(([, [id]]) => id ?? []);
      const all = [...sweep.ids[type]!, ...others].flatMap((id) => [id, plainIdOf(id)]);
      const ids = caller.isThorough ? all : all.slice(0, 1);
      const way = 'before' in caller ? `${caller.before}${route}` : route;
      const ask = async (id: string, headers = {}) => {
        const { status, text } = await get(way.replace(/:\w+/, encodeURIComponent(id)), caller, headers);
        return `${status} ${mask(text, id)}`;
      };
      for (const id of ids) {
        for (const headers of [{}, { 'if-none-match': '*' }]) {
          const answer = await ask(id, headers);
          expect(answer).toBe(await ask(strangerTo(id), headers));
          expect(answer).not.toContain(sweep.alice.canary);
          // A run token downloads nothing.
          expect(answer).toMatch(/^40[134] /);
        }
      }
    }
  });
});

describe('by the guests’ base URL', () => {
  test('a guest has what is the guests’', async () => {
    const made = await createLegacyClient(`${sweep.server.baseUrl}/orchestratex`)('POST', '/api/sessions/', {
      user_id: 'g',
    });
    expect(made.status).toBe(201);
    const path = `${guests}/orchestratex/api/sessions/${made.body._id}`;
    expect((await get(path, GUEST)).status).toBe(200);
  });

  const naming = TRIED_ROWS.filter(({ places }) => places.some((place) => typeAt(place) !== null));
  test.each(naming.map((tried) => ({ tried, name: `${tried.dialect} ${tried.name}` })))(
    'what is Alice’s looks like what is not there: $name',
    async ({ tried }) => {
      expect(await differencesOfAll(sweep, GUEST, tried, `${guests}/${tried.dialect}`)).toEqual([]);
      expect(await differencesOfAll(sweep, GUEST, tried, guests)).toEqual([]);
    },
  );

  test('a wrong secret opens nothing', async () => {
    const wrong = guests.replace(/.{4}$/, 'wrng');
    const bob = sweep.callers[0]!;
    const ids = Object.entries(sweep.ids).map(([type, [id]]) => [type, plainIdOf(id!)]);
    const paths = ['/health', '/graphql?query={__typename}', `/artifacts/${sweep.ids.Artifact![0]}`];
    const rows = TRIED_ROWS.filter(({ row }) => row.method === 'GET').map(({ dialect, row }) => {
      const own = Object.fromEntries(ids);
      return `/${dialect}${row.path.replaceAll(/\{(\w+)\}/g, (_, name) => own[capital(name)] ?? 'x')}`;
    });
    for (const path of [...paths, ...rows]) {
      for (const caller of [GUEST, bob]) {
        const { status, text } = await get(`${wrong}${path}`, caller);
        expect(`${status} ${text}`).toMatch(/^404 /);
        expect(text).not.toContain(sweep.alice.canary);
      }
    }
  });
});

test('whatever was asked for, all of Alice is as it was', expectAliceUntouched);

const NO_USER = { id: Buffer.from('User:nothing').toString('base64url') };

/** What an administrator gets, and what Bob gets in its stead. */
const MORE = {
  'Query.systemStatus': ask(
    '{ systemStatus { isOfAll workers { __typename } } }',
    ({ systemStatus }) => systemStatus,
  ),
  'Query.systemMetrics': ask(
    '{ systemMetrics { traffic { __typename } } }',
    ({ systemMetrics }) => systemMetrics,
  ),
  'Query.users': ask('{ users(first: 1) { nodes { __typename } } }', ({ users }) => users.nodes),
  'Query.allLegacyClients': ask(
    '{ allLegacyClients(first: 0) { nodes { __typename } } }',
    ({ allLegacyClients }) => allLegacyClients.nodes,
  ),
  'Query.auditLog': ask('{ auditLog(first: 1) { nodes { __typename } } }', ({ auditLog }) => auditLog.nodes),
  'Query.exportUser': async ({ query }: Client) =>
    codesOf(await query('query ($id: ID!) { exportUser(id: $id) { url } }', { id: sweep.ids.User![0] })),
  'Mutation.deleteUser': async ({ query }: Client) =>
    codesOf(await query('mutation ($id: ID!) { deleteUser(input: { id: $id }) { deletedId } }', NO_USER)),
  'Mutation.createPasswordReset': async ({ query }: Client) =>
    codesOf(
      await query('mutation ($id: ID!) { createPasswordReset(input: { id: $id }) { resetToken } }', NO_USER),
    ),
  'Mutation.inviteUser': async ({ query }: Client) =>
    codesOf(await query('mutation { inviteUser(input: { email: "new@example.com" }) { inviteToken } }')),
  'Mutation.updateUser': async ({ query }: Client) => {
    const document = 'mutation ($id: ID!) { updateUser(input: { id: $id, costLimit: 100 }) { user { id } } }';
    return codesOf(await query(document, { id: sweep.ids.User![0] }));
  },
  'Model.baseUrl': ask(
    '{ models(first: 1, filter: { provider: CUSTOM }) { nodes { baseUrl } } }',
    ({ models }) => models.nodes,
  ),
  'GET /metrics': async ({ token }: Client) =>
    (await get('/metrics', { credentials: { authorization: `Bearer ${token}` } })).status,
} satisfies Record<keyof typeof ADMIN_SEES, (client: Client) => Promise<unknown>>;

const EXPECTED: Record<keyof typeof ADMIN_SEES, { admin: unknown; bob: unknown }> = {
  'Query.systemStatus': {
    admin: { isOfAll: true, workers: expect.any(Array) },
    bob: { isOfAll: false, workers: null },
  },
  'Query.systemMetrics': { admin: { traffic: expect.anything() }, bob: { traffic: null } },
  'Query.users': { admin: [{ __typename: 'User' }], bob: { code: 'FORBIDDEN' } },
  'Query.allLegacyClients': { admin: [], bob: { code: 'FORBIDDEN' } },
  'Query.auditLog': { admin: [{ __typename: 'AuditEntry' }], bob: { code: 'FORBIDDEN' } },
  'Query.exportUser': { admin: [], bob: ['FORBIDDEN'] },
  'Mutation.deleteUser': { admin: ['NOT_FOUND'], bob: ['FORBIDDEN'] },
  'Mutation.createPasswordReset': { admin: ['NOT_FOUND'], bob: ['FORBIDDEN'] },
  'Mutation.inviteUser': { admin: [], bob: ['FORBIDDEN'] },
  'Mutation.updateUser': { admin: [], bob: ['FORBIDDEN'] },
  'Model.baseUrl': { admin: [{ baseUrl: 'https://models.example.com/v1' }], bob: [{ baseUrl: null }] },
  'GET /metrics': { admin: 200, bob: 403 },
};

describe('an administrator sees more than Bob', () => {
  test.each(Object.keys(ADMIN_SEES) as (keyof typeof ADMIN_SEES)[])('in %s', async (what) => {
    if (what === 'Model.baseUrl') data(await sweep.admin.query(NEW_CUSTOM_MODEL));
    const [admin, bob] = [await MORE[what](sweep.admin), await MORE[what](sweep.bob.client)];
    expect({ admin, bob }).toEqual(EXPECTED[what]);
  });
});

const NEW_CUSTOM_MODEL = `mutation { createModel(input: { provider: CUSTOM, modelId: "shared",
  baseUrl: "https://models.example.com/v1" }) { model { id } } }`;

describe('nothing leads to Alice', () => {
  test.each([
    ['Bob', () => sweep.bob.client],
    ['an administrator', () => sweep.admin],
  ])('from all that %s can read', async (_who, client) => {
    expectNothingOfAlice(await walk(client()));
  });
});

describe('while Alice and Bob work', () => {
  const LIMITS = '{ viewer { quotas { runs { used } objects { used } bytes { used } } budget { spent } } }';
  const CREATE = `mutation ($prompt: String!, $session: ID!) {
    createTask(input: { prompt: $prompt, sessionId: $session, model: "gpt-4o@echo=1" }) { task { id } }
    startOrchestration(input: { prompt: $prompt, sessionId: $session, preferredModels: ["gpt-4o@echo=1"],
      maxIterations: 1 }) { orchestration { id } } }`;

  /** @returns ids of a task and an orchestration, in both forms. */
  async function begin({ client, canary }: World, session: string): Promise<string[]> {
    const made = data(await client.query(CREATE, { prompt: canary, session }));
    const { id } = made.createTask.task;
    await until(client, 'taskEvents', 'taskId', id, ENDS);
    return [id, made.startOrchestration.orchestration.id].flatMap((one) => [one, plainIdOf(one)]);
  }

  test('what she keeps and spends does not count for Bob', async () => {
    const limits = data(await sweep.bob.client.query(LIMITS));
    const hers = data(await sweep.alice.client.query(LIMITS));
    await sweep.alice.client.createTask({ prompt: sweep.alice.canary, hold: true });
    expect(data(await sweep.alice.client.query(LIMITS))).not.toEqual(hers);
    expect(data(await sweep.bob.client.query(LIMITS))).toEqual(limits);
  });

  let worker: Awaited<ReturnType<Sweep['work']>> | undefined;
  afterAll(() => worker?.stop());

  test('her events reach her feeds, and none of Bob’s or of an administrator’s', async () => {
    const { alice, bob, server } = sweep;
    const session = await createSession(bob.client, { name: bob.canary });
    const own = { ...sweep.own, Session: session };
    const cursors = [sweep.feedCursor];
    const sockets = (caller: Caller, ids: Own) =>
      Promise.all(TRIED_SOCKETS.map((tried) => listenAt(server.url, tried, caller, ids)));
    const his = [
      ...(await subscribeToAll(bob.client, own, cursors)),
      ...(await sockets(sweep.callers[0]!, own)),
    ];
    const hersOpen = await subscribeToAll(
      alice.client,
      { ...first(sweep.ids), Session: alice.made.session },
      cursors,
    );
    const admins = await subscribeToAll(sweep.admin, null, cursors);
    worker = await sweep.work();
    const hers = await begin(alice, alice.made.session);
    for (const feed of hersOpen.filter(({ isFeed }) => isFeed)) await feed.heard(hers);
    const sentinels = await begin(bob, session);
    for (const feed of his.filter(({ isFeed }) => isFeed)) await feed.heard(sentinels);
    const ids = [...hers, ...bothForms(sweep.ids)];
    for (const { name, said } of [...his, ...admins]) {
      const text = said.join('\n');
      expect(text, name).not.toContain(alice.canary);
      expect(
        ids.filter((id) => text.includes(id)),
        name,
      ).toEqual([]);
    }
    for (const feed of [...his, ...hersOpen, ...admins]) await feed.stop();
    // More than a hundred subscriptions are opened one after the other.
  }, 400_000);
});

const first = (ids: Ids): Own =>
  Object.fromEntries(Object.entries(ids).flatMap(([type, [id]]) => (id ? [[type, id]] : [])));

function expectNothingOfAlice({ answers, cursors }: Walk): void {
  const text = JSON.stringify(answers);
  expect(text).not.toContain(sweep.alice.canary);
  const hers = new Set(Object.values(sweep.ids).flat());
  expect(idsIn(answers).filter((id) => hers.has(id))).toEqual([]);
  expect(cursors.filter((cursor) => sweep.cursors.includes(cursor))).toEqual([]);
}

// biome-ignore lint/suspicious/noExplicitAny: data of any shape
function ask(document: string, pick: (data: any) => unknown) {
  return async ({ query }: Client) => {
    const answer = await query(document);
    if (answer.errors?.[0]?.extensions.code === 'FORBIDDEN') return { code: 'FORBIDDEN' };
    return pick(data(answer));
  };
}

/** As GraphQL prints them, and as the dialects do. */
function bothForms(ids: Ids): string[] {
  const forms = Object.values(ids).flatMap((of) => of.flatMap((id) => [id, plainIdOf(id)]));
  // An id that is not GraphQL's decodes to anything, also to nothing or to a letter, which stands everywhere.
  return forms.filter(({ length }) => length >= 8);
}

const capital = (param: string) => param.replace(/_id$/, '').replace(/^./, (letter) => letter.toUpperCase());
const withoutTime = (text: string) => mask(text, '').replaceAll(/"(at|uptime\w*|time\w*)":[^,}]+/g, '');
