import { describe, expect, test } from 'vitest';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';
import { openBrowser } from '../http/graphql/browser.ts';
import { getPage } from '../http/page.ts';
import { logIn, openConsole, violationsOf } from './open-console.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    embedded: true,
    variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, OPENAI_API_KEY: 'x' },
  }),
);
const browser = fixture(openBrowser, { stop: (browser) => browser.close() });

const consoleLink = async () => (await server.link()).replace('/graphql?', '/?');

describe('given a link of the local admin', () => {
  test('then it opens the console once, and the secret is neither in the address nor readable by scripts', async () => {
    const link = await consoleLink();
    const { page, context, complaints } = await openConsole(browser, link);
    await page.getByText('Nothing is running.').waitFor();
    expect(page.url()).toBe(`${server.url}/`);
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await context.cookies()).toMatchObject([
      { name: 'polyphony_session', httpOnly: true, sameSite: 'Lax' },
    ]);
    expect(complaints).toEqual([]);
    await context.close();
    const second = await openConsole(browser, link);
    await second.page.getByText('This link was used before').waitFor();
    await second.context.close();
  });

  test('then a browser that prefetches it does not use it up', async () => {
    const link = await consoleLink();
    expect(await getPage(link, { 'sec-purpose': 'prefetch' })).toMatchObject({ status: 503 });
    expect(await getPage(link)).toMatchObject({ status: 303, headers: { location: '/' } });
  });
});

describe('given an account with a password', () => {
  test('then the form logs it in and says what is wrong, and another window is logged out everywhere', async () => {
    const ann = await server.newUser();
    const { email } = data(await ann.query('{ viewer { email } }')).viewer;
    const { page, context } = await openConsole(browser, `${server.url}/runs`);
    await logIn(page, email, 'a wrong password');
    await page.getByRole('alert').getByText('WRONG_CREDENTIALS').waitFor();
    await logIn(page, email, 'a good password');
    await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor();

    const other = await openConsole(context, `${server.url}/`);
    await other.page.getByText('User').click();
    await other.page.getByRole('button', { name: 'Log out everywhere' }).click();
    await other.page.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await context.close();
  });
});

describe('given a prompt in the form of the first page', () => {
  test('then the page of its run shows the text as it grows, and in the end what the server has', async () => {
    const { page, context, complaints } = await openConsole(browser, await consoleLink());
    await page.getByLabel('Prompt').fill('Say hello.');
    await page.getByLabel('Run with').selectOption('gpt-4o');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.waitForURL(/\/runs\/.+/);
    const answer = page.getByRole('region', { name: 'Answer' }).locator('pre').last();
    await expect.poll(() => answer.innerText()).toContain(answerText(1).trim());
    await page.getByText('Completed').waitFor();
    const id = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1)!);
    const admin = await server.localAdmin();
    const { task } = data(await admin.query('query ($id: ID!) { task(id: $id) { output } }', { id }));
    await expect.poll(() => answer.textContent()).toBe(task.output);
    expect(await violationsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe('given runs in the list', () => {
  const opened = fixture(async () => {
    const admin = await server.localAdmin();
    for (const tag of ['left', 'right', 'right'])
      await admin.createTask({ prompt: `Turn ${tag}.`, tags: [tag], hold: true });
    const { page, context, complaints } = await openConsole(browser, await consoleLink());
    return { admin, page, complaints, stop: () => context.close() };
  });
  const rows = () => opened.page.getByRole('row').filter({ hasText: 'Turn' });

  test('then what is searched for is in the address, and a copied address shows the same', async () => {
    await opened.page.getByRole('link', { name: 'Runs', exact: true }).click();
    await opened.page.getByLabel('Tag').fill('right');
    await opened.page.getByRole('button', { name: 'Search' }).click();
    await expect.poll(() => rows().count()).toBe(2);
    expect(new URL(opened.page.url()).search).toBe('?tag=right');
    await opened.page.reload();
    await expect.poll(() => rows().count()).toBe(2);
    expect(await opened.page.getByLabel('Tag').inputValue()).toBe('right');
    expect(await violationsOf(opened.page)).toEqual([]);
  });

  test('then a run that is created elsewhere appears by itself', async () => {
    await opened.admin.createTask({ prompt: 'Turn again.', tags: ['right'], hold: true });
    await expect.poll(() => rows().count()).toBe(3);
  });

  test('then those that are selected are deleted together, after a question', async () => {
    await opened.page.getByLabel('Select Turn again.').check();
    await opened.page.getByRole('button', { name: 'Delete' }).click();
    await opened.page.getByRole('button', { name: 'Yes' }).click();
    await opened.page.waitForURL(/\/runs\/.+/);
    await opened.page.getByText('1 of 1 done').waitFor();
    await opened.page.goBack();
    await expect.poll(() => rows().count()).toBe(2);
    expect(opened.complaints).toEqual([]);
  });
});

describe('given a run that failed', () => {
  test.each([
    [
      'gpt-4o@fault=401',
      'The provider rejected the API key of the server.',
      'Set a valid key of the provider',
    ],
    ['gpt-4o@fault=404', 'The provider does not have the model.', 'Choose another model'],
  ])('of %s, then the page says why, and what to do', async (model, meaning, remedy) => {
    const admin = await server.localAdmin();
    const id = await admin.createTask({ prompt: 'x', model });
    await admin.events(id);
    const { page, context } = await openConsole(browser, await consoleLink());
    await page.goto(`${server.url}/runs/${encodeURIComponent(id)}`);
    const why = page.getByRole('region', { name: 'Why it failed' });
    await why.getByText(meaning).waitFor();
    await why.getByText(remedy).waitFor();
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page
      .getByRole('button', { name: /gpt-4o/ })
      .first()
      .click();
    await page.getByText('Finish reason').or(page.getByText('Error')).first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await context.close();
  });
});
