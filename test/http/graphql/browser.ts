import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's; a machine without it fails the tests, which is better than to pass them unseen. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS, headless: true });
}

export interface Message {
  type: string;
  payload?: Record<string, unknown>;
}

export interface Visit {
  page: Page;
  /** What the page asked for beyond its own origin, and what it complained about. */
  complaints: string[];
  /** Over all its sockets. */
  sent: Message[];
  received: Message[];
}

/** GraphiQL at an address, such as a link, ready to be used, in a profile of its own. */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const { origin } = new URL(url);
  const page = await browser.newPage({ viewport: { width: 1400, height: 850 } });
  page.setDefaultTimeout(40_000);
  const complaints: string[] = [];
  const sent: Message[] = [];
  const received: Message[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    const isOwn = url.origin === origin || url.protocol === 'blob:' || url.protocol === 'data:';
    if (!isOwn) complaints.push(`asked for ${request.url()}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(origin).host) complaints.push(`connected to ${socket.url()}`);
    socket.on('framesent', ({ payload }) => sent.push(JSON.parse(String(payload))));
    socket.on('framereceived', ({ payload }) => received.push(JSON.parse(String(payload))));
  });
  await page.goto(url);
  await page.locator('.graphiql-execute-button').waitFor();
  return { page, complaints, sent, received };
}

/** Everything that the result pane ever showed, newest last. */
export async function watchResult(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(`(() => {
    const pane = document.querySelector('.result-window');
    const shown = (window.shown = []);
    new MutationObserver(() => {
      const text = pane.innerText.replace(/\\s+/g, ' ');
      if (text !== shown.at(-1)) shown.push(text);
    }).observe(pane, { subtree: true, childList: true, characterData: true });
  })()`);
  return () => page.evaluate('window.shown') as Promise<string[]>;
}

export async function choose(page: Page, operation: string): Promise<void> {
  await page.locator('.graphiql-execute-button[aria-haspopup=menu]').click();
  await page.getByRole('menuitem', { name: operation, exact: true }).click();
}

export async function write(page: Page, editor: string, text: string): Promise<void> {
  await page.locator(`${editor} .monaco-editor`).first().click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
  // Whatever the editor closed by itself.
  await page.keyboard.press('ControlOrMeta+Shift+End');
  await page.keyboard.press('Delete');
}

/** Runs one operation, once the editor has understood it. */
export async function runOnly(page: Page, name: string, operation: string): Promise<void> {
  await write(page, QUERY, operation);
  await page.locator('.graphiql-tab-active').getByText(name, { exact: true }).waitFor();
  await page.keyboard.press('ControlOrMeta+Enter');
}

export const QUERY = '.graphiql-query-editor';
export const VARIABLES = '.graphiql-editor-tool .graphiql-editor:nth-child(1)';
export const HEADERS = '.graphiql-editor-tool .graphiql-editor:nth-child(2)';

export async function openTool(page: Page, name: 'Variables' | 'Headers'): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
}

export function shows(page: Page, text: string): Promise<void> {
  return page.locator('.result-window').getByText(text).first().waitFor();
}

export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'polyphony-graphiql-'));
  await page.screenshot({ path: join(folder, `${name}.png`) });
  if (process.env.SHOW_SCREENSHOTS) console.log(join(folder, `${name}.png`));
}
