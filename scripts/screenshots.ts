/**
 * `npm run screenshots -- LINK`: pictures of the console for the documentation, in `docs/images`. LINK is what
 * `npm run link -- --console` prints; the account should be new. It needs Chromium.
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';

const FOLDER = fileURLToPath(new URL('../docs/images/', import.meta.url));
const PROMPTS = [
  'Say hello in three languages.',
  'Which tests of the payment service are slow?',
  'Summarise the incident.',
];
const [link] = process.argv.slice(2);
if (!link) throw new Error('npm run screenshots -- LINK');

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  await mkdir(FOLDER, { recursive: true });
  const page = await browser.newPage({ viewport: { width: 1100, height: 720 }, colorScheme: 'light' });
  await page.goto(link);
  await page.getByRole('heading', { name: 'Running now' }).waitFor();
  for (const prompt of PROMPTS) await createTask(page, { prompt, model: 'demo', tags: ['example'] });
  const soon = new Date(Date.now() + 2_000).toISOString();
  const later = new Date(Date.now() + 60_000).toISOString();
  const failed = await createTask(page, { prompt: 'Write the release notes.', hold: true, expiresAt: soon });
  await createTask(page, { prompt: 'Compare the two designs.', model: 'demo', startAt: later });
  await take(page, '/', 'Setup', 'console-home');
  await page.goto(new URL(`/runs/${encodeURIComponent(failed)}`, link).href);
  await page.getByRole('heading', { name: 'Why it failed' }).waitFor();
  await page.screenshot({ path: `${FOLDER}console-failed-run.png` });
  await take(page, '/runs', 'Runs', 'console-runs');
  await page.getByRole('link', { name: PROMPTS[0]! }).first().click();
  await page.getByText('Completed').first().waitFor();
  await page.screenshot({ path: `${FOLDER}console-run.png` });
} finally {
  await browser.close();
}

async function take(page: Page, path: string, heading: string, name: string): Promise<void> {
  await page.goto(new URL(path, link).href);
  await page.getByRole('heading', { name: heading }).waitFor();
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: `${FOLDER}${name}.png` });
}

/** By the cookie of the page. @returns its id */
function createTask(page: Page, input: Record<string, unknown>): Promise<string> {
  const query = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }';
  return page.evaluate(
    async (body) => {
      const response = await fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': '1' },
        body,
      });
      return (await response.json()).data.createTask.task.id;
    },
    JSON.stringify({ query, variables: { input } }),
  );
}
