import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { refusedUpgrade } from './clients/legacy-socket.ts';

const server = fixture(() =>
  startTestServer({
    worker: false,
    variables: {
      COMPAT_DEPRECATION: 'amas:2026-12-01,mini-devin:2026-12-01',
      COMPAT_SUNSET: 'amas:2027-06-30',
    },
  }),
);

const AMAS = { deprecation: '@1796083200', sunset: 'Wed, 30 Jun 2027 00:00:00 GMT' };
const MINI_DEVIN = { deprecation: '@1796083200', sunset: null };
const NOTHING = { deprecation: null, sunset: null };

describe('given dates of the end of some APIs, then their responses announce it and others do not', () => {
  test.each([
    { case: 'an answer', path: '/amas/api/v1/agents', status: 401, expected: AMAS },
    { case: 'an unknown path', path: '/amas/api/v1/nothing', status: 404, expected: AMAS },
    { case: 'another method', path: '/amas/api/v1/tasks', status: 405, expected: AMAS },
    {
      case: 'a path that cannot be decoded',
      path: '/amas/api/v1/tasks/%E0%A4%A',
      status: 404,
      expected: AMAS,
    },
    { case: 'without a mount', path: '/api/v1/agents?dialect=amas', status: 401, expected: AMAS },
    { case: 'health', path: '/mini-devin/health', status: 200, expected: MINI_DEVIN },
    { case: 'another API', path: '/themachine/api/v1/agents', status: 401, expected: NOTHING },
    { case: 'the health of the server', path: '/health', status: 200, expected: NOTHING },
  ])('$case', async ({ path, status, expected }) => {
    const response = await fetch(`${server.url}${path}`);
    expect(response.status).toBe(status);
    expect({
      deprecation: response.headers.get('deprecation'),
      sunset: response.headers.get('sunset'),
    }).toEqual(expected);
  });

  test('an upgrade that is refused, and one that is accepted', async () => {
    const refused = await refusedUpgrade(server.url, '/amas/ws');
    expect(refused.headers).toMatchObject(AMAS);
    const { token } = await server.newUser();
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/amas/ws?token=${token}`);
    const [response] = (await once(socket, 'upgrade')) as [IncomingMessage];
    expect(response.headers).toMatchObject(AMAS);
    socket.close();
    await once(socket, 'close');
  });

  test('the OpenAPI document', async () => {
    const read = async (name: string) => {
      const response = await fetch(`${server.url}/${name}/openapi.json`);
      return (await response.json()) as {
        info: { description: string };
        paths: Record<string, Record<string, { deprecated?: boolean }>>;
      };
    };
    const marks = ({ paths }: Awaited<ReturnType<typeof read>>) =>
      new Set(Object.values(paths).flatMap((path) => Object.values(path).map((one) => one.deprecated)));

    const amas = await read('amas');
    expect(marks(amas)).toEqual(new Set([true]));
    expect(amas.info.description).toContain('Deprecated from 2026-12-01.');
    expect(amas.info.description).toContain('To be turned off on 2027-06-30.');
    const other = await read('themachine');
    expect(marks(other)).toEqual(new Set([undefined]));
    expect(other.info.description).not.toContain('Deprecated');
  });

  test('pages of other origins can read both headers', async () => {
    const response = await fetch(`${server.url}/amas/api/v1/agents`, {
      headers: { origin: 'http://localhost:5173' },
    });
    const exposed = response.headers.get('access-control-expose-headers')?.split(', ');
    expect(exposed).toEqual(expect.arrayContaining(['Deprecation', 'Sunset']));
  });
});
