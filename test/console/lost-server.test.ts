import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { startKillableServer } from '../client-package/killable-server.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';
import { openBrowser } from '../http/graphql/browser.ts';
import { logIn, openConsole } from './open-console.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startKillableServer({ OPENAI_BASE_URL: `${vendor.url}/v1`, OPENAI_API_KEY: 'x' }),
);
const browser = fixture(openBrowser, { stop: (browser) => browser.close() });

const hash = (text: string | null) => createHash('sha256').update(text!).digest('hex');

/** The page of a run that has begun to answer. */
async function openAnswering(words: number) {
  const id = await server.ann.createTask({ prompt: 'x', model: `gpt-4o@tokens=${words},itl=20` });
  const { page, context } = await openConsole(browser, `${server.url}/runs/${encodeURIComponent(id)}`);
  await logIn(page, 'a@b.c', 'a good password');
  const answer = page.getByRole('region', { name: 'Answer' }).locator('pre').last();
  await expect.poll(async () => (await answer.textContent())?.length).toBeGreaterThan(100);
  const output = async () =>
    data(await server.ann.query('query ($id: ID!) { task(id: $id) { output } }', { id })).task
      .output as string;
  return { page, context, answer, output, shown: () => answer.textContent() };
}

describe('given a server that is killed in mid-answer and started again', () => {
  test('then the page goes on by itself, and what was interrupted stays struck through', async () => {
    const { page, context, shown, output } = await openAnswering(150);
    await server.kill();
    await page.getByText('The server cannot be reached.').waitFor();
    await server.start();
    await expect.poll(shown, { timeout: 60_000 }).toBe(answerText(150));
    expect(hash(await shown())).toBe(hash(await output()));
    await page.getByText('Completed').waitFor();
    await expect.poll(() => page.locator('del').count()).toBe(1);
    expect(await page.getByText('The server cannot be reached.').count()).toBe(0);
    await context.close();
  });
});

describe('given a page that is offline while its run goes on', () => {
  test('then it shows the whole text once it is back', async () => {
    const { page, context, shown, output } = await openAnswering(400);
    await context.setOffline(true);
    // Sockets that are open stay so: the network is gone for new ones only.
    await page.evaluate('dispatchEvent(new Event("offline"))');
    await expect.poll(output, { timeout: 60_000 }).toBe(answerText(400));
    await context.setOffline(false);
    await expect.poll(shown, { timeout: 60_000 }).toBe(answerText(400));
    expect(hash(await shown())).toBe(hash(await output()));
    await context.close();
  });
});
