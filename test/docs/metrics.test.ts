import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startTestServer } from '../harness/server.ts';
import { ROOT } from './pages.ts';

test('docs/operations.md has every metric of /metrics, and no other', async () => {
  // A replica that is not there has its metrics as well.
  const server = await startTestServer({
    variables: { DATABASE_READ_URL: 'postgres://nobody@127.0.0.1:9/nothing' },
  });
  try {
    const text = await server.metrics.render();
    const served = [...text.matchAll(/^# TYPE (polyphony_\w+) /gm)].map(([, name]) => name!);
    const page = readFileSync(`${ROOT}docs/operations.md`, 'utf8');
    const rows = [...page.matchAll(/^\| (`polyphony_[^|]+) \|/gm)].map(([, cell]) => cell!);
    const described = rows.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
    expect(described.toSorted()).toEqual(served.toSorted());
    expect(served.length).toBeGreaterThan(20);
  } finally {
    await server.stop();
  }
});
