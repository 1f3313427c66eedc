import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { createTokens } from '../../../src/resolvers/accounts/logins/tokens.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import {
  choose,
  HEADERS,
  openBrowser,
  openTool,
  runOnly,
  screenshot,
  shows,
  VARIABLES,
  visit,
  watchResult,
  write,
} from './browser.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({ embedded: true, variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }),
);
const browser = fixture(openBrowser, { stop: (browser) => browser.close() });

test('a newcomer asks, follows the answer over a socket and looks at the costs, all offline', async () => {
  const { page, complaints, sent, received } = await visit(browser, await server.link());
  const shown = await watchResult(page);
  await choose(page, 'Ask');
  await shows(page, 'QUEUED');
  const id = /"id": "([\w-]+)"/.exec((await shown()).at(-1)!)![1]!;

  await openTool(page, 'Variables');
  await write(page, VARIABLES, JSON.stringify({ id }));
  await choose(page, 'Follow');
  await expect.poll(() => received.at(-1)).toMatchObject({ type: 'complete' });
  const { result } = await (await server.localAdmin()).task(id);
  await shows(page, result.output.slice(-20));
  await screenshot(page, 'followed');
  const [first, second] = sent;
  expect(first).toMatchObject({
    type: 'connection_init',
    payload: { authorization: expect.stringMatching(/^Bearer .+/) },
  });
  expect(second).toMatchObject({ type: 'subscribe' });

  await choose(page, 'Look');
  await shows(page, 'COMPLETED');
  expect((await shown()).at(-1)).toContain('"modelCalls": [ { "provider": "OPENAI"');

  await page.getByRole('button', { name: 'Show History' }).click();
  await page.locator('.graphiql-history-item').first().waitFor();
  await screenshot(page, 'history');
  expect(complaints).toEqual([]);
  await page.close();
});

test('text grows in the answer', async () => {
  const { page, complaints, received } = await visit(browser, await server.link());
  const shown = await watchResult(page);
  const model = 'gpt-4o@tokens=150,itl=40';
  const input = `{ prompt: "x", model: "${model}" }`;
  await runOnly(page, 'Make', `mutation Make { createTask(input: ${input}) { task { id } } }`);
  await shows(page, 'createTask');
  const id = /"id": "([\w-]+)"/.exec((await shown()).at(-1)!)![1]!;
  await runOnly(page, 'Grow', `subscription Grow { text(taskId: "${id}") { textSoFar } }`);
  await expect.poll(() => received.at(-1), { timeout: 30_000 }).toMatchObject({ type: 'complete' });
  const { result } = await (await server.localAdmin()).task(id);
  await shows(page, result.output.slice(-20));
  const texts = (await shown())
    .map((text) => /"textSoFar": "([^"]*)/.exec(text)?.[1])
    .filter((text) => text !== undefined);
  // The pane breaks lines.
  const bare = (text: string) => text.replaceAll(/\s/g, '');
  expect(texts.length).toBeGreaterThan(3);
  for (const [index, text] of texts.slice(1).entries())
    expect(bare(text).startsWith(bare(texts[index]!))).toBe(true);
  expect(bare(texts.at(-1)!)).toBe(bare(result.output));
  expect(complaints).toEqual([]);
  await page.close();
});

test('a token that an earlier visit left in the browser is replaced, everywhere, by the fresh one', async () => {
  const { page, complaints } = await visit(browser, await server.link());
  await choose(page, 'Ask');
  await shows(page, 'QUEUED');
  await page.waitForFunction(`localStorage['graphiql:tabState']?.includes('Bearer')`);
  const expired = await createTokens(server.config.jwtSecret!).sign('somebody', -60);
  await page.evaluate(`for (const key of Object.keys(localStorage))
    localStorage[key] = localStorage[key].replaceAll(/Bearer [\\w.-]+/g, 'Bearer ${expired}')`);
  await page.goto(await server.link());
  await choose(page, 'Ask');
  await shows(page, 'QUEUED');
  expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(expired);
  expect(await page.locator('.graphiql-tab').count()).toBe(1);
  expect(complaints).toEqual([]);
  await page.close();
});

/**
 * Script that tells whether the page has stored these headers of its first tab, and not a state from while they were
 * typed, which also has what the editor closes by itself.
 */
const hasStoredHeaders = (headers: string) =>
  `JSON.parse(localStorage['graphiql:tabState'] ?? '{}').tabs?.[0].headers === ${JSON.stringify(headers)}`;

describe('a link', () => {
  const kept = (page: Page) => page.evaluate("localStorage['polyphony:authorization'] ?? null");

  async function isAdmin(page: Page, name: string): Promise<void> {
    await runOnly(page, name, `query ${name} { viewer { name isAdmin } }`);
    await shows(page, 'Local admin');
  }

  test('opens the page as the local admin, leaves the address bar, and is not needed for a reload', async () => {
    const link = await server.link();
    const { page, complaints } = await visit(browser, link);
    expect(page.url()).toBe(`${server.url}/graphql`);
    await screenshot(page, 'link');
    await isAdmin(page, 'Who');
    await page.waitForFunction(`localStorage['graphiql:tabState']?.includes('Who')`);
    await page.reload();
    await isAdmin(page, 'Again');
    expect(page.url()).not.toContain('link=');
    // A tab that is opened later has the token, too.
    await page.locator('.graphiql-tab-add').click();
    await isAdmin(page, 'Later');
    await page.goBack().catch(() => null);
    expect(page.url()).not.toContain('link=');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('that was used opens the page without a token, and says what to run', async () => {
    const link = await server.link();
    await fetch(link, { headers: { accept: 'text/html' } }).then((answer) => answer.text());
    // A script's fetch says so, and uses nothing up; a person does.
    const first = await visit(browser, link);
    expect(await kept(first.page)).toMatch(/^Bearer /);
    const second = await visit(browser, link);
    expect(await kept(second.page)).toBeNull();
    await second.page.getByText('npm run link').first().waitFor();
    expect(second.page.url()).toBe(`${server.url}/graphql`);
    await Promise.all([first.page.close(), second.page.close()]);
  });

  test('gives a tab of a visit without credentials its token, and leaves those of others as they are', async () => {
    const { page } = await visit(browser, `${server.url}/graphql`);
    await runOnly(page, 'Nobody', 'query Nobody { viewer { name isAdmin } }');
    await shows(page, 'null');
    await page.waitForFunction(`localStorage['graphiql:tabState']?.includes('Nobody')`);
    await page.goto(await server.link());
    await page.locator('.graphiql-execute-button').waitFor();
    expect(await page.locator('.graphiql-tab').count()).toBe(1);
    await isAdmin(page, 'Admin');

    const ann = await server.newUser();
    const headers = JSON.stringify({ Authorization: `Bearer ${ann.token}` });
    await write(page, HEADERS, headers);
    await page.waitForFunction(hasStoredHeaders(headers));
    await page.goto(await server.link());
    await page.locator('.graphiql-execute-button').waitFor();
    expect(await page.locator('.graphiql-tab').count()).toBe(2);
    expect(await page.evaluate("localStorage['graphiql:tabState']")).toContain(ann.token);
    await isAdmin(page, 'Other');
    await page.close();
  });
});

test('headers that are typed in hold for the socket, too; without any the server wants a login', async () => {
  const { page, sent } = await visit(browser, await server.link());
  const ann = await server.newUser();
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o' });
  const headers = JSON.stringify({ Authorization: `Bearer ${ann.token}` });
  await write(page, HEADERS, headers);
  await page.waitForFunction(hasStoredHeaders(headers));
  await runOnly(page, 'Tokens', `subscription Tokens { tokens(taskId: "${id}") }`);
  await shows(page, 'tokens');
  expect(sent[0]).toMatchObject({ payload: { Authorization: `Bearer ${ann.token}` } });
  await write(page, HEADERS, '{}');
  await page.waitForFunction(`!localStorage['graphiql:tabState'].includes('${ann.token}')`);
  await page.keyboard.press('ControlOrMeta+Enter');
  await shows(page, 'UNAUTHENTICATED');
  await page.close();
});
