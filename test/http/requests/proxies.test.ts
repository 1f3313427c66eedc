import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { fixture } from '../../harness/fixture.ts';
import { PROXIES, type ProxyServer } from '../../harness/proxies.ts';
import { startTestServer } from '../../harness/server.ts';
import { refusedUpgrade } from '../../rest-compat/clients/legacy-socket.ts';
import { TOKEN } from '../page.ts';

describe.each([
  ['with the embedded Postgres', true],
  ['with a database of the operator', false],
])('%s', (_mode, embedded) => {
  const server = fixture(() => startTestServer({ embedded, worker: false }));

  const names = Object.keys(PROXIES) as (keyof typeof PROXIES)[];
  describe.each(names)('through %s, without credentials', (name) => {
    let proxy: ProxyServer;
    beforeAll(async () => {
      proxy = await PROXIES[name](server.url);
    });
    afterAll(() => proxy?.stop());

    test.each(['/graphql', '/graphql?query={viewer{id}}'])('the page at %s has no token', async (path) => {
      const answer = await fetch(proxy.url + path, { headers: { accept: 'text/html' } });
      expect(answer.status).toBe(200);
      const page = await answer.text();
      expect(page).toContain('renderYogaGraphiQL');
      expect(page).not.toMatch(TOKEN);
    });

    test('/metrics is 401', async () => {
      const answer = await fetch(`${proxy.url}/metrics`);
      expect(answer.status).toBe(401);
      expect(await answer.text()).not.toContain('polyphony_info');
    });

    test.each(['/orchestratex/api/sessions/', '/api/sessions/'])('POST %s makes no session', async (path) => {
      const answer = await fetch(proxy.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"user_id":"test_user_123"}',
      });
      expect(answer.status).toBe(401);
    });

    test.each(['/orchestratex/ws/0123456789abcdef01234567', '/ws/0123456789abcdef01234567'])(
      'the socket %s is 401',
      async (path) => {
        expect((await refusedUpgrade(proxy.url, path)).status).toBe(401);
      },
    );

    test('a graphql-ws socket belongs to no account', async () => {
      const socket = new WebSocket(`${proxy.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      const answer = await new Promise((resolve) => {
        socket.on('open', () => socket.send('{"type":"connection_init"}'));
        socket.on('message', (text) => {
          const message = JSON.parse(String(text));
          const payload = { query: '{ viewer { id } }' };
          if (message.type === 'connection_ack')
            socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
          if (message.type === 'next') resolve(message.payload.data);
        });
      });
      expect(answer).toEqual({ viewer: null });
      socket.terminate();
    });
  });
});
