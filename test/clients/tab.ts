import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

/** What a person does and sees in a tab, whichever library the page is made with. */
export interface Tab {
  page: Page;
  /** What the page complained about, apart from a server that is away. */
  complaints: string[];
  login(email: string, password: string): Promise<void>;
  /** Names of the sessions in the list. */
  sessions(): Promise<string[]>;
  /** Makes a thread in a session and sends it a prompt. @returns the id of the task */
  ask(session: string, prompt: string, model: string): Promise<string>;
  cancel(): Promise<void>;
  /** Waits until the answer has this status. */
  hasStatus(status: string): Promise<void>;
  /** Every text that the answer ever showed, in order. */
  shown(): Promise<string[]>;
  /** The tasks of the list, with their statuses. */
  tasks(): Promise<[id: string, status: string][]>;
  more(): Promise<void>;
}

const WATCH = `new MutationObserver(() => {
  const text = document.querySelector('[data-testid=text]')?.textContent ?? '';
  if (text !== window.shown.at(-1)) window.shown.push(text);
}).observe(document, { subtree: true, childList: true, characterData: true });
window.shown = [];`;

/** A tab of a profile: those of one profile share a login. @param url of the page, with the address of the API */
export async function openTab(profile: BrowserContext, url: string): Promise<Tab> {
  const page = await profile.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const isNetwork = /net::ERR_/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !isNetwork) complaints.push(message.text());
  });
  await page.addInitScript(WATCH);
  await page.goto(url);
  const answer = page.getByTestId('answer');
  return {
    page,
    complaints,
    async login(email, password) {
      await page.locator('[name=email]').fill(email);
      await page.locator('[name=password]').fill(password);
      await page.getByText('Log in').click();
      await page.getByTestId('session').first().waitFor();
    },
    sessions: () => page.getByTestId('session').allTextContents(),
    async ask(session, prompt, model) {
      await page.getByTestId('session').getByText(session, { exact: true }).click();
      if (!(await page.getByTestId('prompt').isVisible())) await page.getByTestId('new-thread').click();
      await page.locator('[name=model]').fill(model);
      await page.locator('[name=prompt]').fill(prompt);
      await page.getByText('Send').click();
      await answer.waitFor();
      return (await answer.getAttribute('data-id'))!;
    },
    cancel: () => page.getByTestId('cancel').click(),
    hasStatus: (status) => expect.poll(() => answer.getAttribute('data-status')).toBe(status),
    shown: () => page.evaluate('window.shown') as Promise<string[]>,
    tasks: () =>
      page
        .getByTestId('task')
        .evaluateAll((rows) => rows.map(({ dataset }) => [dataset.id!, dataset.status!] as [string, string])),
    more: () => page.getByTestId('more').click(),
  };
}
