import { expect, test, vi } from 'vitest';
import { createAzureProvider } from '../../../src/providers/azure/provider.ts';
import { fixture } from '../../harness/fixture.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { CANARY, never, REQUEST } from '../conversation.ts';
import { listen } from '../listen.ts';

const vendor = fixture(startVendor);

async function send(model: string) {
  const provider = createAzureProvider({
    apiKey: CANARY,
    endpoint: vendor.url,
    apiVersion: '2025-04-01-preview',
  });
  expect((await listen(provider.stream({ ...REQUEST, model, maxTokens: 9 }, never()))).error).toBeNull();
  return vendor.requests.at(-1)!;
}

test('the deployment stands in the path, the version in the query, the key in a header of its own', async () => {
  const { path, query, headers, body } = await send('our gpt/4o');
  expect(path).toBe('/openai/deployments/our%20gpt%2F4o/chat/completions');
  expect(query).toEqual({ 'api-version': '2025-04-01-preview' });
  expect(headers['api-key']).toBe(CANARY);
  expect(headers.authorization).toBeUndefined();
  expect(body).toMatchObject({ model: 'our gpt/4o', max_completion_tokens: 9 });
});

test('nothing of the environment goes along', async () => {
  vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9');
  vi.stubEnv('OPENAI_API_VERSION', '2020-01-01');
  vi.stubEnv('OPENAI_ORG_ID', 'org-of-the-shell');
  const { query, headers } = await send('gpt-4o').finally(() => vi.unstubAllEnvs());
  expect(query).toEqual({ 'api-version': '2025-04-01-preview' });
  expect(headers).not.toHaveProperty('openai-organization');
});
