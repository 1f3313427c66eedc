import { expect, test } from 'vitest';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { openBrowser } from '../http/graphql/browser.ts';
import { openConsole } from './open-console.ts';

const EVENTS = 100_000;
const MOST_HEAP_BYTES = 150 * 1024 ** 2;
const MOST_MILLISECONDS = 1_500;

const server = fixture(() => startTestServer({ embedded: true, worker: false }));
const browser = fixture(openBrowser, { stop: (browser) => browser.close() });

/** A task that has ended, with a log of this many events. */
async function createLong(): Promise<string> {
  const admin = await server.localAdmin();
  const id = await admin.createTask({ prompt: 'a long answer', hold: true });
  await server.store.database.pool.query(
    `with ended as (update run set status = 'completed', last_seq = ${EVENTS}), text as (
       insert into run_text (month, run_id, seq, attempt, type, call_id, text)
       select month, id, seq, 1, 'TokensGenerated', 'a', 'word ' || seq || ' '
       from run, generate_series(run.last_seq + 1, ${EVENTS}) as seq
     ) update task set started_at = now(), completed_at = now(), result = '{"output": "words"}'`,
  );
  return id;
}

test(`given a run with ${EVENTS} events, then its log is usable in ${MOST_MILLISECONDS} ms, end and middle, within 150 MB`, async () => {
  const id = await createLong();
  const { page, complaints } = await openConsole(browser, (await server.link()).replace('/graphql?', '/?'));
  await page.goto(`${server.url}/runs/${encodeURIComponent(id)}`);
  await page.getByRole('tab', { name: 'Events' }).waitFor();
  const startedAt = performance.now();
  await page.getByRole('tab', { name: 'Events' }).click();
  await page.getByText(`word ${EVENTS} `).waitFor();
  expect(performance.now() - startedAt).toBeLessThan(MOST_MILLISECONDS);
  await page.getByRole('log').evaluate((box) => {
    box.scrollTop = box.scrollHeight / 2;
  });
  await page.getByText(`word ${EVENTS / 2} `).waitFor();
  const profiler = await page.context().newCDPSession(page);
  await profiler.send('HeapProfiler.collectGarbage');
  const { usedSize } = await profiler.send('Runtime.getHeapUsage');
  expect(usedSize).toBeLessThan(MOST_HEAP_BYTES);
  expect(complaints).toEqual([]);
});
