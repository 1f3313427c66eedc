import { describe, expect, test } from 'vitest';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { getPage } from '../http/page.ts';

describe('given a server with the console', () => {
  const server = fixture(() => startTestServer({ worker: false }));
  const get = (path: string, headers = {}) => getPage(`${server.url}${path}`, headers);

  test.each(['/', '/runs', '/runs?status=FAILED', '/runs/VGFzazp4'])('then %s is the page', async (path) => {
    const { status, headers, body } = await get(path);
    expect(status).toBe(200);
    expect(body).toContain('<div id="root">');
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['cache-control']).toBe('no-cache');
  });

  test('then its files are compressed, kept for ever, and together no larger than 150 kB', async () => {
    const { body } = await get('/');
    const names = [...body.matchAll(/(?:src|href)="(\/console\/assets\/[^"]+)"/g)].map(([, path]) => path!);
    expect(names.length).toBeGreaterThan(1);
    let bytes = 0;
    for (const name of names) {
      const { status, headers } = await get(name, { 'accept-encoding': 'gzip' });
      expect({ status, encoding: headers['content-encoding'] }).toEqual({ status: 200, encoding: 'gzip' });
      expect(headers['cache-control']).toContain('immutable');
      bytes += Number(headers['content-length']);
    }
    expect(bytes).toBeLessThan(150_000);
  });

  test('then the page and its files are not sent again to a browser that has them', async () => {
    const { headers } = await get('/');
    expect(await get('/', { 'if-none-match': headers.etag as string })).toMatchObject({
      status: 304,
      body: '',
    });
  });

  test.each(['/console/assets/nothing.js', '/console/assets/..%2Findex.html', '/elsewhere'])(
    'then %s is a 404 with a code',
    async (path) => {
      const { status, body } = await get(path);
      expect(status).toBe(404);
      expect(body).toContain('NOT_FOUND');
    },
  );

  test('then a link is useless where there is no local admin', async () => {
    expect(await get('/?link=AAAA')).toMatchObject({ status: 303, headers: { location: '/#used-link' } });
  });
});

describe('given CONSOLE=off', () => {
  const server = fixture(() => startTestServer({ worker: false, variables: { CONSOLE: 'off' } }));

  test.each(['/', '/runs', '/console/assets/nothing.js'])('then %s is a 404', async (path) => {
    expect(await getPage(`${server.url}${path}`)).toMatchObject({ status: 404 });
  });
});
