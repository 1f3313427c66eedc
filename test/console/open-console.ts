import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';

export interface Console {
  page: Page;
  context: BrowserContext;
  /** What the page asked for beyond its own origin, and what it complained about. */
  complaints: string[];
}

/** The console at an address, such as a link, in a profile of its own or in that of another page. */
export async function openConsole(browser: Browser | BrowserContext, url: string): Promise<Console> {
  const context =
    'newContext' in browser ? await browser.newContext({ viewport: { width: 1200, height: 800 } }) : browser;
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const { host } = new URL(url);
  const complaints: string[] = [];
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.host !== host) complaints.push(`asked for ${asked.href}`);
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== host) complaints.push(`connected to ${socket.url()}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  await page.locator('h1').waitFor();
  return { page, context, complaints };
}

/** Logs in as a person does. */
export async function logIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** @returns what the page offers less than everybody can use, each with the elements */
export async function violationsOf(page: Page): Promise<string[]> {
  // By the protocol of the browser, so that the policy of the page need not allow it.
  await page.evaluate(axe);
  const found = await page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  );
  return found as string[];
}
