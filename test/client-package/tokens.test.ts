import { describe, expect, test, vi } from 'vitest';
import {
  createPolyphony,
  type LoginTokens,
  login,
  PolyphonyError,
  tokenOfLogin,
} from '../../packages/client/src/index.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { collect, TRANSPORTS } from './client-package.ts';

const server = fixture(() => startTestServer());
const ann = fixture(() => server.newUser());
const url = () => `${server.url}/graphql`;
const CREDENTIALS = { email: 'user1@example.com', password: 'a good password' };

async function runToken(runId: string, expiresInSeconds: number): Promise<string> {
  const mutation = 'mutation ($input: CreateRunTokenInput!) { createRunToken(input: $input) { token } }';
  const answer = await ann.query(mutation, { input: { runIds: [runId], expiresInSeconds } });
  return data(answer).createRunToken.token;
}

describe.each(TRANSPORTS)('given tokens that expire within two seconds, over %s', (transport) => {
  test('then followRun asks for another one, and each event comes once', async () => {
    const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=250,itl=20' });
    const getToken = vi.fn(() => runToken(id, 2));
    const polyphony = createPolyphony({ url: url(), getToken, transport });
    const seqs = (await collect(polyphony.followRun(id))).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index));
    expect(getToken.mock.calls.length).toBeGreaterThanOrEqual(3);
  });
});

test('given a login that was revoked, when several requests are refused at once, then it is refreshed once', async () => {
  await ann.createTask({ prompt: 'x', hold: true });
  const first = await login(url(), CREDENTIALS);
  const kept: LoginTokens[] = [];
  const getToken = tokenOfLogin(url(), { ...first, token: 'expired' }, (tokens) => kept.push(tokens));
  const polyphony = createPolyphony({ url: url(), getToken });
  const viewer = () => polyphony.query('{ viewer { email } }', {});
  const answers = await Promise.all([viewer(), viewer(), viewer()]);
  expect(answers).toEqual(Array(3).fill({ viewer: { email: CREDENTIALS.email } }));
  expect(kept).toHaveLength(1);
  expect(kept[0]!.refreshToken).not.toBe(first.refreshToken);
});

test('given a getToken that always has the same refused token, then the error is that of the server', async () => {
  const getToken = vi.fn(async () => 'wrong');
  const polyphony = createPolyphony({ url: url(), getToken });
  await expect(collect(polyphony.activity())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(getToken).toHaveBeenCalledTimes(2);
});

test('given a getToken that fails, then its error is the cause', async () => {
  const cause = new Error('logged out');
  const polyphony = createPolyphony({ url: url(), getToken: () => Promise.reject(cause) });
  await expect(collect(polyphony.activity())).rejects.toMatchObject({ code: 'UNAUTHENTICATED', cause });
  await expect(polyphony.query('{ viewer { email } }', {})).rejects.toMatchObject({ cause });
});

test('given a wrong password or wrong input, then the error has the code, and the field', async () => {
  const wrong = login(url(), { ...CREDENTIALS, password: 'not this one' });
  await expect(wrong).rejects.toBeInstanceOf(PolyphonyError);
  await expect(wrong).rejects.toMatchObject({ code: 'WRONG_CREDENTIALS' });
  const polyphony = createPolyphony({ url: url(), token: ann.token! });
  const invalid = polyphony.mutate(
    'mutation { createTask(input: { prompt: "x", priority: 11 }) { task { id } } }',
    {},
  );
  await expect(invalid).rejects.toMatchObject({ code: 'VALIDATION_ERROR', field: 'input.priority' });
});

test('given no server, then a query fails, and a subscription waits until it is aborted', async () => {
  const polyphony = createPolyphony({ url: 'http://127.0.0.1:9/graphql', token: 'x' });
  await expect(polyphony.query('{ viewer { email } }', {})).rejects.toMatchObject({
    code: 'CONNECTION_LOST',
  });
  const following = collect(polyphony.activity({ signal: AbortSignal.timeout(300) }));
  await expect(following).rejects.toMatchObject({ name: 'TimeoutError' });
});
