import { describe, expect, test } from 'vitest';
import { createAzureProvider } from '../../src/providers/azure.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { bodyOf, COMPATIBLE_ANSWERS, chunk } from '../vendor/compatible.ts';
import { COMPATIBLE_ERRORS, ERRORS_IN_PLACE } from '../vendor/compatible-errors.ts';
import { CONNECT } from './connect.ts';
import { never, REQUEST } from './conversation.ts';
import { failureOf, listen } from './listen.ts';
import { type Saying, withServerSaying } from './saying.ts';

/** Each adapter that speaks OpenAI's chat completions. */
const ADAPTERS: Record<string, (url: string) => Provider> = {
  openai: CONNECT.openai!,
  custom: CONNECT.custom!,
  azure: (endpoint) => createAzureProvider({ apiKey: 'k', endpoint, apiVersion: '2024-10-21' }),
};

const STREAM = { 'content-type': 'text/event-stream' };

describe.each(Object.keys(ADAPTERS))('%s', (adapter) => {
  const hear = (saying: Saying) =>
    withServerSaying(saying, (url) => listen(ADAPTERS[adapter]!(url).stream(REQUEST, never())));

  test.each(COMPATIBLE_ANSWERS)('as $who does: $given', async (row) => {
    const headers = { 'content-type': row.type ?? STREAM['content-type'], ...row.headers };
    const heard = await hear({ status: 200, body: bodyOf(row), headers });
    expect(heard.error).toBeNull();
    if (row.text !== undefined) expect(heard.text).toBe(row.text);
    if (row.reasoning !== undefined) expect(heard.reasoning).toBe(row.reasoning);
    const calls = heard.parts.filter((part) => part.type === 'tool_call');
    if (row.calls) {
      expect(calls.map((call) => ({ ...call, arguments: JSON.parse(call.arguments) }))).toMatchObject(
        row.calls,
      );
      expect(calls).toHaveLength(row.calls.length);
      expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length);
    }
    const reason = row.reason ?? (calls.length > 0 ? 'tool_calls' : 'stop');
    expect(heard.parts.at(-1)).toMatchObject({ type: 'finish', reason, usage: row.usage ?? {} });
  });

  test.each(COMPATIBLE_ERRORS)(
    '$status as $who says it is $code: $body',
    async ({ status, body, code, says }) => {
      const json = { 'content-type': 'application/json' };
      const error = failureOf(await hear({ status, body: JSON.stringify(body), headers: json }));
      expect(error).toMatchObject({ code, status });
      expect(error.message).toMatch(says);
    },
  );

  test.each(ERRORS_IN_PLACE)(
    'within a 200, as $who says it, $body is $code',
    async ({ body, status, code, says }) => {
      const bodies = [JSON.stringify(body), bodyOf({ sent: [body] })];
      for (const one of bodies) {
        const error = failureOf(await hear({ status: 200, body: one, headers: STREAM }));
        // An HTTP error in the place of an answer: nothing was generated, nothing is paid.
        expect(error).toMatchObject({ code, status: status || null });
        expect(error.message).toMatch(says);
      }
    },
  );

  test('an event called error is one, whatever it holds', async () => {
    const body = `${bodyOf({ sent: [chunk({ content: 'Hi' })] })}event: error\ndata: out of memory\n\n`;
    const heard = await hear({ status: 200, body, headers: STREAM });
    expect(heard.text).toBe('Hi');
    expect(failureOf(heard).message).toContain('out of memory');
  });

  test.each([
    { given: 'text alone, then [DONE]', sent: [chunk({ content: 'Hi' }), '[DONE]'] },
    {
      given: 'usage alone, then [DONE]',
      sent: [{ choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } }, '[DONE]'],
    },
    {
      given: 'text and usage, then nothing',
      sent: [chunk({ content: 'Hi' }), { usage: { completion_tokens: 1 } }],
    },
    { given: 'the reason "error"', sent: [chunk({ content: 'Hi' }, 'error')] },
    {
      given: 'DeepSeek’s insufficient_system_resource',
      sent: [chunk({ content: 'Hi' }, 'insufficient_system_resource')],
    },
    { given: 'content that is no text', sent: [chunk({ content: { type: 'image', url: 'x' } }, 'stop')] },
  ])('$given is a broken answer', async ({ sent }) => {
    const error = failureOf(await hear({ status: 200, body: bodyOf({ sent }), headers: STREAM }));
    expect(error.code).toBe('PROVIDER_STREAM_BROKEN');
  });
});
