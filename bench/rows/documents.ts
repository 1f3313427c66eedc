import { createHash } from 'node:crypto';
import type { HttpRequest } from '../client/http.ts';
import { cpuOf } from '../measure/cpu.ts';
import { interleave } from '../measure/rounds.ts';
import type { Line } from '../report.ts';
import { newAccount } from '../server.ts';
import type { Row } from './row.ts';

/** In a comment at the end of the text, which makes each one new. */
const VARIED = '000000000';

const AT_MOST = { of: 'comparison', bound: 'most', value: 0.8 } as const;

/** Connections that each carry one request at a time. */
const LANES = 8;

/**
 * As a front end sends it: a page made of the fragments of its components, of which most are not shown. What is read from
 * the database costs the same in both ways.
 */
const QUERY = `query TaskPage($id: ID!, $isOpen: Boolean!) { viewer { ...Person }
  task(id: $id) @include(if: $isOpen) { ...Header ...Answer ...Costs ...Place } }
fragment Person on User { id email name isActive isAdmin createdAt maxConcurrentRuns maxQueuedRuns }
fragment Header on Task { id kind type status title description priority progress attempt origin model provider
  createdAt startedAt endedAt updatedAt lastSeq cancelReason agent { ...Assistant } }
fragment Assistant on Agent { id name description type capabilities model provider status isActive isBuiltIn tools }
fragment Answer on Task { id prompt systemPrompt context output data finishReason success summary reasoning responseSchema
  error { code message } toolCalls { key tool input output isError } plan { steps { key description status } } }
fragment Costs on Task { id cost costComplete usage { inputTokens outputTokens cachedInputTokens cacheWriteTokens }
  budget { limit spent } modelCalls { ...Call } }
fragment Call on ModelCall { id model provider status attempt inputTokens outputTokens cachedInputTokens cacheWriteTokens
  reasoningTokens cost finishReason rawFinishReason errorCode startedAt durationMs timeToFirstTokenMs }
fragment Place on Task { id workingDirectory templateName templateVersion templateParameters fallbackModels target
  session { ...Where } thread { id title domain context originalPrompt onBusy createdAt updatedAt } }
fragment Where on Session { id name description status origin userLabel workingDirectory createdAt updatedAt endedAt }`;

export const documents: Row = {
  title: 'a document of a front end by its hash, against the same as text',
  async run(stage) {
    const shared = await stage.polyphony();
    const account = { ...shared, ...(await newAccount(shared, 'documents')) };
    const id = await stage.load.call('createTask', { ...account, model: 'demo@tokens=5,itl=0' });
    const sha256Hash = createHash('sha256').update(QUERY).digest('hex');
    const variables = { id, isOpen: false };
    const persisted = { variables, extensions: { persistedQuery: { version: 1, sha256Hash } } };
    const request = (body: object): HttpRequest => ({
      method: 'POST',
      url: `${account.url}/graphql`,
      body,
      headers: { authorization: `Bearer ${account.token}` },
    });
    await expectData(request({ ...persisted, query: QUERY }));
    const byHash = request(persisted);
    await expectData(byHash);
    /** CPU time, because the time to the answer is mostly that of the machine's other work. */
    const ask = (asked: HttpRequest & { varied?: string }) => async () => {
      const before = cpuOf(account.pid);
      const answers = stage.load.call('ask', { ...asked, lanes: LANES, seconds: 1 });
      const { milliseconds } = await stage.during('row 9', () => answers);
      return (cpuOf(account.pid) - before) / milliseconds.length;
    };
    const asText = request({ query: QUERY, variables });
    const asNewText = { ...request({ query: `${QUERY}#${VARIED}`, variables }), varied: VARIED };
    const lines: Line[] = [];
    for (const [text, other, target] of [
      ['text that the server has not seen before', asNewText, AT_MOST],
      // Both are parsed and validated already.
      ['text that it has seen', asText, undefined],
    ] as const) {
      const [ours, baseline] = [ask(byHash), ask(other)];
      await interleave(1, ours, baseline);
      const rounds = await interleave(stage.quick ? 3 : 9, ours, baseline);
      lines.push({
        what: `document of ${(QUERY.length / 1000).toFixed(1)} kB by its hash, over ${text}, CPU of the process`,
        unit: 'µs',
        ours: rounds.ours,
        baseline: rounds.baseline,
        comparison: 'ratio',
        ...(target && { target }),
      });
    }
    return lines;
  },
};

async function expectData({ url, body, headers }: HttpRequest): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const { data, errors } = (await response.json()) as { data?: { viewer?: object }; errors?: object };
  if (errors || !data?.viewer)
    throw new Error(`the document was answered with ${JSON.stringify({ data, errors })}`);
}
