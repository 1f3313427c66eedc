import { hash as argon2 } from '@node-rs/argon2';
import { beforeAll, describe, expect, test } from 'vitest';
import { createPasswords } from '../../src/resolvers/accounts/passwords.ts';
import { type Answer, createClient } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { ask, TRANSPORTS, type Transport } from '../http/transports.ts';
import { createLegacyClient } from '../rest-compat/clients/legacy-client.ts';

const LIMITED = { TRUST_PROXY: 'loopback', RATE_LIMIT_FACTOR: '1' };
const LOGIN = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
const REGISTER = 'mutation ($input: RegisterInput!) { register(input: $input) { token } }';
const ann = { email: 'ann@example.com', password: 'a good password', name: 'Ann' };

let addresses = 0;
let accounts = 0;

const server = fixture(() => startTestServer({ worker: false, variables: LIMITED }));
beforeAll(async () => {
  await server.anonymous.register(ann);
});

/** What a proxy says of a client that nobody has heard of yet. */
function freshAddress(): Record<string, string> {
  addresses += 1;
  return { 'x-forwarded-for': `203.0.113.${addresses}` };
}

function freshEmail(): string {
  accounts += 1;
  return `nobody${accounts}@example.com`;
}

interface Outcome {
  code: unknown;
  retryAfter: unknown;
}

function outcomesOf({ errors = [] }: Answer): Outcome[] {
  return errors.map(({ extensions: { code, retryAfter } }) => ({ code, retryAfter }));
}

function count(outcomes: Outcome[], code: string): number {
  return outcomes.filter((outcome) => outcome.code === code).length;
}

async function logIn(transport: Transport, from: Record<string, string>, email: string): Promise<Outcome[]> {
  const input = { email, password: 'a wrong password' };
  return outcomesOf(await ask(transport, server.url, from, LOGIN, { input }));
}

async function times<Result>(howOften: number, work: () => Promise<Result[]>): Promise<Result[]> {
  return (await Promise.all(Array.from({ length: howOften }, work))).flat();
}

async function freshAccount(): Promise<string> {
  const email = freshEmail();
  await createClient(server.url, freshAddress()).register({ ...ann, email });
  return email;
}

/** Five in a second, as an address may. */
async function failTenTimes(
  transport: Transport,
  from: Record<string, string>,
  email: string,
): Promise<Outcome[]> {
  const first = await times(5, () => logIn(transport, from, email));
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const second = await times(5, () => logIn(transport, from, email));
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  return [...first, ...second];
}

/** On a busy machine a burst of tries can take longer than the second in which it counts. */
const PATIENTLY = { retry: 2 };

describe.each(TRANSPORTS)('over %s', PATIENTLY, (transport) => {
  test('an address may try to log in five times a second', async () => {
    const from = freshAddress();
    const outcomes = await times(8, () => logIn(transport, from, freshEmail()));
    expect(count(outcomes, 'WRONG_CREDENTIALS')).toBe(5);
    expect(outcomes.filter(({ code }) => code === 'RATE_LIMITED')).toEqual(
      Array.from({ length: 3 }, () => ({ code: 'RATE_LIMITED', retryAfter: 1 })),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(count(await logIn(transport, from, freshEmail()), 'WRONG_CREDENTIALS')).toBe(1);
  });

  test('an address may try an account ten times a minute, whether there is one; others can log in to it', async () => {
    for (const email of [freshEmail(), await freshAccount()]) {
      const from = freshAddress();
      const outcomes = await failTenTimes(transport, from, email);
      expect(count(outcomes, 'WRONG_CREDENTIALS')).toBe(10);
      const [limited] = await logIn(transport, from, ` ${email.toUpperCase()}`);
      expect(limited?.code).toBe('RATE_LIMITED');
      expect(limited?.retryAfter).toBeGreaterThan(30);
      expect(limited?.retryAfter).toBeLessThanOrEqual(60);
      expect(count(await logIn(transport, freshAddress(), email), 'WRONG_CREDENTIALS')).toBe(1);
    }
  });

  test('many logins in one request count each', async () => {
    const fields = Array.from(
      { length: 20 },
      (_, index) => `a${index}: login(input: { email: "${freshEmail()}", password: "x" }) { token }`,
    );
    const answer = await ask(transport, server.url, freshAddress(), `mutation { ${fields.join(' ')} }`);
    expect(count(outcomesOf(answer), 'WRONG_CREDENTIALS')).toBe(5);
    expect(count(outcomesOf(answer), 'RATE_LIMITED')).toBe(15);
  });

  test('registrations and logins count together', async () => {
    const from = freshAddress();
    const register = async () =>
      outcomesOf(
        await ask(transport, server.url, from, REGISTER, { input: { ...ann, email: freshEmail() } }),
      );
    expect(await times(4, register)).toEqual([]);
    const outcomes = await times(3, () => logIn(transport, from, freshEmail()));
    expect(count(outcomes, 'WRONG_CREDENTIALS')).toBe(1);
    expect(count(await register(), 'RATE_LIMITED')).toBe(1);
  });
});

test('over Mini-Devin the same limits hold, in its own words', PATIENTLY, async () => {
  const legacy = createLegacyClient(`${server.url}/mini-devin`);
  const from = freshAddress();
  const answers = await times(7, async () => [
    await legacy('POST', '/api/auth/login', { email: freshEmail(), password: 'x' }, from),
  ]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([401, 401, 401, 401, 401, 429, 429]);
  const limited = answers.find(({ status }) => status === 429)!;
  expect(limited.body).toMatchObject({ code: 'RATE_LIMITED' });
  expect(limited.headers.get('retry-after')).toBe('1');
  expect(count(await logIn('HTTP', from, freshEmail()), 'RATE_LIMITED')).toBe(1);
});

test('over HTTP the answer has a Retry-After', PATIENTLY, async () => {
  const from = freshAddress();
  const post = () =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { ...from, 'content-type': 'application/json' },
      body: JSON.stringify({ query: LOGIN, variables: { input: { email: freshEmail(), password: 'x' } } }),
    });
  const answers = await times(6, async () => [await post()]);
  const headers = answers.map((answer) => answer.headers.get('retry-after'));
  expect(headers.toSorted()).toEqual(['1', null, null, null, null, null]);
});

describe('an address', PATIENTLY, () => {
  test.each([
    ['an IPv6 network is one', ['2001:db8:0:9::1', '2001:db8:0:9::ffff', '2001:db8:0:9:1::'], 3, 5],
    ['two IPv6 networks are two', ['2001:db8:0:1::1', '2001:db8:0:2::1'], 6, 10],
    ['IPv4 in IPv6 is IPv4', ['198.51.100.7', '::ffff:198.51.100.7'], 6, 5],
    [
      'the last before the proxy counts, not what the client claims',
      ['9.9.9.1, 198.51.100.9', '9.9.9.2, 198.51.100.9'],
      6,
      5,
    ],
  ])('%s', async (_what, forwarded, each, tried) => {
    const outcomes = await Promise.all(
      forwarded.map((address) =>
        times(each, () => logIn('HTTP', { 'x-forwarded-for': address }, freshEmail())),
      ),
    );
    expect(count(outcomes.flat(), 'WRONG_CREDENTIALS')).toBe(tried);
  });
});

test(
  'a proxy that is not trusted is an address like any other; RATE_LIMIT_FACTOR multiplies',
  PATIENTLY,
  async () => {
    const other = await startTestServer({ worker: false, variables: { RATE_LIMIT_FACTOR: '2' } });
    try {
      const outcomes = await times(12, async () => {
        const client = createClient(other.url, freshAddress());
        return outcomesOf(await client.query(LOGIN, { input: { email: freshEmail(), password: 'x' } }));
      });
      expect(count(outcomes, 'WRONG_CREDENTIALS')).toBe(10);
      expect(count(outcomes, 'RATE_LIMITED')).toBe(2);
    } finally {
      await other.stop();
    }
  },
);

describe('an attacker who has used up the attempts', PATIENTLY, () => {
  const RIGHT = { password: ann.password };

  test('does not keep the owner out, who comes from another address, by whatever name', async () => {
    const name = `Ann ${freshEmail()}`.replace('@', ' at ');
    const email = freshEmail();
    await createClient(server.url, freshAddress()).register({ ...ann, email, name });
    for (const called of [{ email }, { username: name }]) {
      const attacker = freshAddress();
      const fail = async () =>
        outcomesOf(
          await createClient(server.url, attacker).query(LOGIN, { input: { ...called, password: 'wrong' } }),
        );
      await times(5, fail);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await times(5, fail);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      expect(count(await fail(), 'RATE_LIMITED')).toBe(1);
      const owner = createClient(server.url, freshAddress());
      expect((await owner.query(LOGIN, { input: { ...called, ...RIGHT } })).errors).toBeUndefined();
    }
  });

  test('does not learn which address belongs to a name: each is counted by itself', async () => {
    const name = `Bea ${freshEmail()}`.replace('@', ' at ');
    const email = freshEmail();
    await createClient(server.url, freshAddress()).register({ ...ann, email, name });
    const attacker = freshAddress();
    const fail = async () =>
      outcomesOf(
        await createClient(server.url, attacker).query(LOGIN, {
          input: { username: name, password: 'wrong' },
        }),
      );
    await times(5, fail);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await times(5, fail);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(count(await logIn('HTTP', attacker, email), 'WRONG_CREDENTIALS')).toBe(1);
  });

  test('logins that succeed do not count', async () => {
    const email = await freshAccount();
    const from = freshAddress();
    for (let round = 0; round < 3; round += 1) {
      const outcomes = await times(5, async () =>
        outcomesOf(await createClient(server.url, from).query(LOGIN, { input: { email, ...RIGHT } })),
      );
      expect(outcomes).toEqual([]);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
    }
  });
});

test('what cannot be a login costs no try', async () => {
  const from = freshAddress();
  const wrong = { email: 'x'.repeat(300), password: 'x' };
  await times(10, async () => outcomesOf(await ask('HTTP', server.url, from, LOGIN, { input: wrong })));
  expect(count(await logIn('HTTP', from, freshEmail()), 'WRONG_CREDENTIALS')).toBe(1);
});

describe('passwords', () => {
  test('take as long for an account that is not there', async () => {
    const passwords = createPasswords(1);
    const hash = await passwords.hash('a good password');
    // CPU time of this process: other processes on the machine do not lengthen it.
    const took = async (known: string | null) => {
      const begun = process.cpuUsage();
      expect(await passwords.matches(known, 'a wrong password')).toBe(false);
      const { user, system } = process.cpuUsage(begun);
      return user + system;
    };
    const rounds = await Array.fromAsync({ length: 15 }, async () => [await took(hash), await took(null)]);
    const shortest = (index: number) => Math.min(...rounds.map((round) => round[index]!));
    expect(shortest(1) / shortest(0)).toBeGreaterThan(0.6);
    expect(shortest(1) / shortest(0)).toBeLessThan(1.6);
  });

  test('wait for their turn, but not in an endless queue', async () => {
    const passwords = createPasswords(1);
    const outcomes = await Promise.allSettled(Array.from({ length: 105 }, () => passwords.hash('x')));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(105 - 1 - 100);
    expect(refused[0]).toMatchObject({ reason: { code: 'RATE_LIMITED', details: { retryAfter: 1 } } });
  });

  describe('with an imported hash, whose cost another server chose', () => {
    const HASH = '$argon2id$v=19$m=65536,t=1,p=1$';
    const imported = () => argon2('x', { memoryCost: 65_536, timeCost: 1, parallelism: 1 });

    test('are verified one at a time, in a short queue', async () => {
      const passwords = createPasswords(4);
      const hash = await imported();
      expect(hash.startsWith(HASH)).toBe(true);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 12 }, () => passwords.matches(hash, 'x')),
      );
      const refused = outcomes.filter(({ status }) => status === 'rejected');
      expect(refused).toHaveLength(12 - 1 - 8);
      expect(refused[0]).toMatchObject({ reason: { code: 'RATE_LIMITED', details: { retryAfter: 2 } } });
    });

    test('do not take the turns of others, nor others theirs', async () => {
      const passwords = createPasswords(1);
      const hash = await imported();
      const others = Array.from({ length: 1 + 100 }, () => passwords.hash('x'));
      expect(await passwords.matches(hash, 'x')).toBe(true);
      await expect(passwords.hash('x')).resolves.toBeDefined();
      await Promise.all(others);
    });
  });
});
