import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { expect, test, vi } from 'vitest';
import { examples, PAGES, ROOT } from '../docs/pages.ts';
import { createClient } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startDom } from './dom.ts';

const ACCOUNT = { email: 'ann@example.com', password: 'a good password', name: 'Ann' };
const SOURCES = `${ROOT}packages/client/src`;

const server = fixture(() => startTestServer());
const ann = fixture(() => createClient(server.url).register(ACCOUNT));
const dom = fixture(startDom);
/** Where packages are found. */
const folder = fixture(async () => ({ path: await mkdtemp(`${ROOT}node_modules/guide-`) }), {
  stop: ({ path }) => rm(path, { recursive: true }),
});

const page = PAGES.find(({ path }) => path === 'docs/guide/frontends.md')!;

/** Runs the example of the page in a language, with the sources of the package. */
async function runExample(language: 'ts' | 'tsx'): Promise<void> {
  const [example, ...others] = examples(page, language);
  expect(others).toEqual([]);
  const code = example!.block.text.replaceAll('http://localhost:8000', server.url);
  const id = `example.${language}`;
  const bundle = await rolldown({
    input: id,
    plugins: [
      {
        name: 'the example',
        resolveId: (source) => {
          if (source === id) return join(ROOT, id);
          if (source === 'polyphony-client') return `${SOURCES}/index.ts`;
          return source === 'polyphony-client/react' ? `${SOURCES}/react/index.ts` : null;
        },
        load: (source) => (source === join(ROOT, id) ? code : null),
      },
    ],
    external: (source) => !/^[./]|^polyphony-client|^example/.test(source),
  });
  const file = join(folder.path, `${language}.mjs`);
  await bundle.write({ file });
  await bundle.close();
  await import(pathToFileURL(file).href);
}

const shown = () => page.blocks.find(({ language }) => language === 'text')!.text.trim();

test('given the first example of the guide to front ends, then its last line is the one that the page shows', async () => {
  expect(ann.token).not.toBeNull();
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line) => lines.push(line));
  try {
    await runExample('ts');
  } finally {
    log.mockRestore();
  }
  expect(lines.at(-1)).toBe(shown());
});

test('given the page in React, when the button is pressed, then the answer is shown', async () => {
  vi.stubGlobal('localStorage', { token: ann.token });
  await runExample('tsx');
  await expect.poll(() => dom.root.querySelector('button')).not.toBeNull();
  dom.root.querySelector('button')!.click();
  const paragraph = () => dom.root.querySelector('p')!;
  await expect.poll(() => paragraph().getAttribute('aria-busy')).toBe('false');
  expect(paragraph().textContent).toBe(shown());
  vi.unstubAllGlobals();
});

test('the guide to front ends has at most 80 lines', () => {
  expect(page.text.trimEnd().split('\n').length).toBeLessThanOrEqual(80);
});
