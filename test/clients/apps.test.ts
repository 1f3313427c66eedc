import type { BrowserContext } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, createClient, data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { createFolder } from '../harness/folder.ts';
import { freePort } from '../harness/free-port.ts';
import { launch, type Polyphony } from '../harness/process.ts';
import { createDatabase } from '../harness/server.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';
import { openBrowser } from '../http/graphql/browser.ts';
import { PARTS } from './page/parts.ts';
import { createParents } from './parents.ts';
import { runProgram } from './run-program.ts';
import { servePage } from './serve-page.ts';
import { openTab, type Tab } from './tab.ts';

const APPS = ['apollo', 'urql', 'relay'] as const;
type App = (typeof APPS)[number];

const PASSWORD = 'a good password';
const emailOf = (app: App) => `${app}@example.com`;

const vendor = fixture(startVendor);
const browser = fixture(openBrowser, { stop: (browser) => browser.close() });
const database = fixture(createDatabase, { stop: (database) => database.drop() });
const folder = fixture(createFolder, { stop: (folder) => folder.remove() });

/** The built pages, each on an origin of its own. */
const pages = fixture(
  async () => {
    const served = await Promise.all(
      APPS.map(async (app) => {
        await runProgram(app, 'npm', ['run', 'build']);
        return { app, ...(await servePage(app)) };
      }),
    );
    return { served, stop: () => served.forEach((page) => void page.stop()) };
  },
  { timeoutMs: 120_000 },
);
const pageOf = (app: App) => pages.served.find((page) => page.app === app)!.url;

/** An API and worker in a process that can be killed, and started again where it was. */
const server = fixture(async () => {
  const variables = {
    DATABASE_URL: database.url,
    DATA_DIR: folder.path,
    JWT_SECRET: 'a secret of the tests, long enough',
    OPENAI_BASE_URL: `${vendor.url}/v1`,
    CORS_ORIGINS: APPS.map(pageOf).join(','),
    PORT: String(await freePort()),
  };
  let running: Polyphony = await launch('start', variables);
  return {
    url: running.url,
    kill: () => running.kill(),
    async start() {
      running = await launch('start', variables);
    },
    stop: () => running.stop(),
  };
});

const accounts = new Map<App, Client>();
beforeAll(async () => {
  for (const app of APPS) {
    const nobody = createClient(server.url);
    const ann = await nobody.register({ email: emailOf(app), password: PASSWORD, name: app });
    for (const name of ['First', 'Second']) {
      data(await ann.query(`mutation { createSession(input: { name: "${name}" }) { session { id } } }`));
    }
    accounts.set(app, ann);
  }
});

const newProfile = (): Promise<BrowserContext> => browser.newContext();
const open = (app: App, profile: BrowserContext) =>
  openTab(profile, `${pageOf(app)}/?api=${encodeURIComponent(`${server.url}/graphql`)}`);

async function enter(app: App): Promise<Tab> {
  const tab = await open(app, await newProfile());
  await tab.login(emailOf(app), PASSWORD);
  return tab;
}

/** No text that was ever on the page had a gap or a piece twice, and the last is the output of the task. */
async function isWhole(app: App, tab: Tab, id: string, text: string): Promise<void> {
  const shown = await tab.shown();
  expect(shown.filter((part) => !text.startsWith(part))).toEqual([]);
  expect(shown.at(-1)).toBe(text);
  const { output } = data(await accounts.get(app)!.query(OUTPUT, { id })).task;
  expect(output).toBe(text);
}

const withoutTypes = (key: string, value: unknown) => (key === '__typename' ? undefined : value);

const OUTPUT = 'query ($id: ID!) { task(id: $id) { output } }';

describe.each(APPS)('%s', (app) => {
  test('logs in, lists sessions, makes a thread, and the answer grows', async () => {
    const tab = await enter(app);
    expect(await tab.sessions()).toEqual(['Second', 'First']);
    const id = await tab.ask('First', 'Say something.', 'gpt-4o@tokens=60,itl=20');
    await tab.hasStatus('COMPLETED');
    await expect.poll(async () => (await tab.shown()).at(-1)).toBe(answerText(60));
    await isWhole(app, tab, id, answerText(60));
    expect(new Set(await tab.shown()).size).toBeGreaterThan(5);
    expect(tab.complaints).toEqual([]);
    await tab.page.context().close();
  });

  test('a wrong password is an error that the page can show', async () => {
    const tab = await open(app, await newProfile());
    await tab.page.locator('[name=email]').fill(emailOf(app));
    await tab.page.locator('[name=password]').fill('not the password');
    await tab.page.getByText('Log in').click();
    await expect.poll(() => tab.page.getByTestId('login-error').textContent()).toMatch(/password/);
    await tab.page.context().close();
  });

  test('cancels, and pages through tasks', async () => {
    const ann = accounts.get(app)!;
    for (const title of ['one', 'two', 'three', 'four', 'five']) {
      await ann.createTask({ title, prompt: 'x', hold: true });
    }
    const tab = await enter(app);
    const id = await tab.ask('First', 'Go on and on.', 'gpt-4o@tokens=5000,itl=50');
    await expect.poll(async () => (await tab.shown()).at(-1)).toMatch(/\S/);
    await tab.cancel();
    await tab.hasStatus('CANCELLED');
    await expect.poll(async () => (await tab.tasks())[0]).toEqual([id, 'CANCELLED']);
    const all = data(await ann.query('{ tasks(first: 100) { nodes { id status } } }')).tasks.nodes;
    for (let pages = 1; (await tab.tasks()).length < all.length; pages += 1) {
      expect(pages).toBeLessThan(9);
      const before = (await tab.tasks()).length;
      await tab.more();
      await expect.poll(async () => (await tab.tasks()).length).toBeGreaterThan(before);
    }
    expect(await tab.tasks()).toEqual(
      all.map((task: { id: string; status: string }) => [task.id, task.status]),
    );
    expect(await tab.page.getByTestId('more').isVisible()).toBe(false);
    expect(tab.complaints).toEqual([]);
    await tab.page.context().close();
  });

  test('a second tab sees the list change', async () => {
    const first = await enter(app);
    const second = await open(app, first.page.context());
    await expect.poll(async () => (await second.tasks()).length).toBeGreaterThan(0);
    const before = await second.tasks();
    const id = await first.ask('Second', 'Say something.', 'gpt-4o@tokens=20,itl=20');
    await expect.poll(async () => (await second.tasks())[0]).toEqual([id, 'COMPLETED']);
    expect((await second.tasks()).slice(1)).toEqual(before);
    expect(second.complaints).toEqual([]);
    await first.page.context().close();
  });

  test('its cache keeps the parts of two parents apart', async () => {
    const ann = accounts.get(app)!;
    for (const name of ['One', 'Two']) await createParents(ann, name);
    const expected = data(await ann.query(PARTS));
    const [two, one] = expected.tasks.nodes;
    expect(two.toolCalls[0].key).toBe(one.toolCalls[0].key);
    expect(two.toolCalls[0].input).not.toEqual(one.toolCalls[0].input);
    const read = await runProgram(app, 'node', ['cache.ts', `${server.url}/graphql`, ann.token!]);
    expect(JSON.parse(read, withoutTypes)).toEqual(expected);
  });
});

test('kill -9 of the server in mid-answer: each page goes on, without a gap or a piece twice', async () => {
  const text = answerText(150);
  const asked = await Promise.all(
    APPS.map(async (app) => {
      const tab = await enter(app);
      const id = await tab.ask('First', 'Say something.', 'gpt-4o@tokens=150,itl=20');
      return { app, tab, id };
    }),
  );
  for (const { tab } of asked) {
    await expect.poll(async () => (await tab.shown()).at(-1)?.length).toBeGreaterThan(50);
  }
  await server.kill();
  await server.start();
  for (const { app, tab, id } of asked) {
    await tab.hasStatus('COMPLETED');
    await expect.poll(async () => (await tab.shown()).at(-1)).toBe(text);
    await isWhole(app, tab, id, text);
    const { events } = data(await accounts.get(app)!.query(RESTARTS, { id })).task;
    expect(events.nodes).toHaveLength(1);
    expect(tab.complaints).toEqual([]);
    await tab.page.context().close();
  }
});

const RESTARTS = `query ($id: ID!) {
  task(id: $id) { events(types: [ATTEMPT_STARTED]) { nodes { __typename } } } }`;
