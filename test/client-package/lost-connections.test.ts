import { describe, expect, test } from 'vitest';
import { fixture } from '../harness/fixture.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';
import { polyphonyOf, TRANSPORTS } from './client-package.ts';
import { startKillableServer } from './killable-server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startKillableServer({ OPENAI_BASE_URL: `${vendor.url}/v1` }));
const ann = fixture(() => server.ann);

const output = async (id: string) =>
  (await ann.query('query ($id: ID!) { task(id: $id) { output } }', { id })).data.task.output;

describe.each(TRANSPORTS)(
  'given a server that is killed in mid-answer and started again, over %s',
  (transport) => {
    const changes: boolean[] = [];
    const polyphony = fixture(
      () =>
        polyphonyOf(server, ann, transport, {
          onConnectionChange: (isConnected) => changes.push(isConnected),
        }),
      { stop: (one) => one.close() },
    );

    test('then the text is the output, with one restart, and each event came once', async () => {
      const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=150,itl=20' });
      let restarted: Promise<void> | null = null;
      async function killOnce(): Promise<void> {
        await server.kill();
        await server.start();
      }
      const seqs: number[] = [];
      async function followLog(): Promise<void> {
        for await (const { seq } of polyphony.followRun(id)) seqs.push(seq);
      }
      async function followText() {
        const restarts: number[] = [];
        let shown = '';
        for await (const { text, isRestart, seq } of polyphony.followText(id)) {
          shown = text;
          if (isRestart) restarts.push(seq);
          if (shown.length > 200) restarted ??= killOnce();
        }
        return { shown, restarts };
      }
      const [{ shown, restarts }] = await Promise.all([followText(), followLog()]);
      await restarted;
      expect(restarted).not.toBeNull();
      expect(shown).toBe(answerText(150));
      expect(shown).toBe(await output(id));
      expect(restarts).toHaveLength(1);
      expect(seqs).toEqual(seqs.map((_, index) => index));
      // Once for both subscriptions.
      expect(changes).toEqual([false, true]);
    });
  },
);
