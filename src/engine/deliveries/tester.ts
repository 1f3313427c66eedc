import { DomainError } from '../../errors.ts';
import { newId } from '../../rules/ids/ids.ts';
import { type IntegrationTest, PLATFORM_NAMES } from '../../rules/integrations/integration.ts';
import { storable } from '../../rules/text/text.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import type { IntegrationRow } from '../../store/integrations/integrations.ts';
import type { Platform } from '../../vocabulary.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { createOutboundFetch } from '../outbound/outbound-fetch.ts';
import { type Answer, type Call, call } from './call.ts';
import { openCredentials } from './open-credentials.ts';
import { signedCall, slackCall } from './sign.ts';
import { whyRefused } from './why-refused.ts';

export interface IntegrationTester {
  /** Tests an integration against its service; a rejection is a result, not an error. */
  test(integration: IntegrationRow): Promise<IntegrationTest>;
}

export function createIntegrationTester(means: {
  outbound: Outbound;
  secrets: SecretBox;
}): IntegrationTester {
  const fetch = createOutboundFetch(means.outbound);
  return {
    async test(integration) {
      const at = new Date().toISOString();
      return { at, ...(await tryOut(fetch, means.secrets, integration)) };
    },
  };
}

type Outcome = Omit<IntegrationTest, 'at'>;

async function tryOut(
  fetch: typeof globalThis.fetch,
  secrets: SecretBox,
  integration: IntegrationRow,
): Promise<Outcome> {
  const { toCall, toAccount } = TESTS[integration.platform];
  try {
    const secret = await openCredentials(secrets, integration.sealedCredentials);
    const answer = await call(fetch, toCall(integration, secret), toAccount !== null);
    return outcomeOf(integration.platform, answer, secret);
  } catch (thrown) {
    if (thrown instanceof DomainError) return failed(thrown.message);
    throw thrown;
  }
}

function outcomeOf(platform: Platform, answer: Answer | { failure: string }, secret: string): Outcome {
  const name = PLATFORM_NAMES[platform];
  if ('failure' in answer) return failed(answer.failure);
  if (answer.status < 200 || answer.status >= 300) return failed(whyRefused(name, answer, secret));
  const { toAccount } = TESTS[platform];
  if (!toAccount) return { succeeded: true, account: null, message: `${name} answered ${answer.status}` };
  const account = accountIn(answer.text, toAccount);
  return account === null
    ? failed(`${name} answered ${answer.status} without naming the account; check the URL`)
    : { succeeded: true, account, message: `${name} accepted the token of ${account}` };
}

function failed(message: string): Outcome {
  return { succeeded: false, account: null, message };
}

const MAX_ACCOUNT = 200;

function accountIn(text: string, member: string): string | null {
  try {
    const account: unknown = JSON.parse(text)?.[member];
    return typeof account === 'string' && account !== '' ? storable(account.slice(0, MAX_ACCOUNT)) : null;
  } catch {
    return null;
  }
}

interface Test {
  toCall(integration: IntegrationRow, secret: string): Call;
  /** Reads the account from the response; null: it contains none. */
  toAccount: string | null;
}

const TESTS: Record<Platform, Test> = {
  // GitHub Enterprise Server has its API at a path; https://docs.github.com/en/enterprise-server/rest
  github: {
    toCall: ({ url }, token) =>
      userCall(url === null ? 'https://api.github.com/user' : `${url}/api/v3/user`, token, {
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
      }),
    toAccount: 'login',
  },
  gitlab: {
    toCall: ({ url }, token) => userCall(`${url ?? 'https://gitlab.com'}/api/v4/user`, token, {}),
    toAccount: 'username',
  },
  slack: {
    toCall: (_integration, secret) => slackCall(secret, 'Polyphony can write here.'),
    toAccount: null,
  },
  webhook: {
    toCall: ({ url }, secret) => signedCall(url!, secret, { id: newId(), body: pingBody() }),
    toAccount: null,
  },
};

function userCall(url: string, token: string, headers: Record<string, string>): Call {
  const all = { authorization: `Bearer ${token}`, 'user-agent': 'Polyphony', ...headers };
  return { url, method: 'GET', headers: all };
}

function pingBody(): string {
  return JSON.stringify({ type: 'ping', timestamp: new Date().toISOString(), data: {} });
}
