import { describe, expect, test } from 'vitest';
import { createOutbound } from '../../src/engine/outbound/outbound.ts';
import { createOutboundAsk } from '../../src/engine/outbound/outbound-fetch.ts';
import { createAnthropicProvider } from '../../src/providers/anthropic/provider.ts';
import { createAzureProvider } from '../../src/providers/azure/provider.ts';
import { createCustomProvider } from '../../src/providers/custom/provider.ts';
import { createOllamaProvider } from '../../src/providers/ollama/provider.ts';
import { createOpenAiProvider } from '../../src/providers/openai/provider.ts';
import { KINDS } from '../harness/vendor/behaviours/kinds.ts';
import { describeBehaviours, rowsOf } from './behaviours.ts';
import { describeContract, type Subject } from './contract.ts';

const SUBJECTS: readonly Subject[] = [
  {
    name: 'OpenAI',
    speaks: 'chat',
    keyVariable: 'OPENAI_API_KEY',
    urlVariable: 'OPENAI_BASE_URL',
    path: '/v1/chat/completions',
    model: 'gpt-4o',
    connect: (url, apiKey, patience) => createOpenAiProvider({ apiKey, baseUrl: `${url}/v1` }, patience),
  },
  {
    name: 'OpenAI',
    speaks: 'responses',
    path: '/v1/responses',
    keyVariable: 'OPENAI_API_KEY',
    urlVariable: 'OPENAI_BASE_URL',
    model: 'o3',
    connect: (url, apiKey, patience) => createOpenAiProvider({ apiKey, baseUrl: `${url}/v1` }, patience),
    hidesThoughts: true,
  },
  {
    name: 'Azure OpenAI',
    speaks: 'chat',
    keyVariable: 'AZURE_OPENAI_API_KEY',
    urlVariable: 'AZURE_OPENAI_ENDPOINT',
    model: 'our-gpt-4o',
    connect: (endpoint, apiKey, patience) =>
      createAzureProvider({ apiKey, endpoint, apiVersion: '2024-10-21' }, patience),
  },
  {
    name: 'The custom model',
    speaks: 'chat',
    keyVariable: 'the apiKey of the model',
    urlVariable: 'the baseUrl of the model',
    model: 'our-llama',
    connect: (url, apiKey, patience) =>
      createCustomProvider(
        {
          endpointOf: async () => ({ baseUrl: `${url}/v1`, apiKey }),
          ask: createOutboundAsk(createOutbound(['127.0.0.0/8'])),
        },
        patience,
      ),
  },
  {
    name: 'Anthropic',
    speaks: 'messages',
    keyVariable: 'ANTHROPIC_API_KEY',
    urlVariable: 'ANTHROPIC_BASE_URL',
    model: 'claude-sonnet-5-5',
    connect: (baseUrl, apiKey, patience) => createAnthropicProvider({ apiKey, baseUrl }, patience),
    // It counts a token before there is one.
    without: ['tokens=0'],
    differences: {
      'fault=404': { says: [/404: model: claude/, /Check the model's name/] },
      'fault=quota': { status: 400, says: [/credit balance is too low/, /Add credit to the account of ANT/] },
      'fault=context': { says: [/prompt is too long/, /Shorten the prompt/] },
      'fault=error': { says: [/interrupted its answer: Overloaded/] },
    },
  },
  {
    name: 'Ollama',
    speaks: 'ollama',
    keyVariable: 'OLLAMA_HOST',
    urlVariable: 'OLLAMA_HOST',
    model: 'llama3.2:3b',
    connect: (baseUrl, _apiKey, patience) => createOllamaProvider({ baseUrl }, patience),
    differences: {
      'fault=404': { says: [/404: model '.*' not found/, /Check the model's name and OLLAMA_HOST/] },
      'fault=context': { says: [/exceeds the available context size/, /Shorten the prompt/] },
      // Its headers come with the first word.
      'fault=cut,at=0': { code: 'PROVIDER_UNAVAILABLE', says: [/could not be reached/, /Check OLLAMA_HOST/] },
      'fault=error': { says: [/interrupted its answer: an error was encountered/] },
    },
    // Its hosted models have limits of use, which waiting does mend.
    without: ['fault=quota'],
    uncounted: ['cachedInputTokens', 'reasoningTokens'],
    sendsCallsWhole: true,
  },
];

for (const subject of SUBJECTS) {
  const api = subject.path ? `, ${subject.path}` : '';
  describe(`the contract of a provider: ${subject.name}${api}`, () => {
    describeContract(subject);
    describeBehaviours(subject);
  });
}

test.each(Object.entries(KINDS))('some adapter meets the kind "%s": %s', (kind) => {
  expect(SUBJECTS.flatMap(rowsOf).filter((row) => row.kind === kind)).not.toEqual([]);
});
