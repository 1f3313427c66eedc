/** The baseline of the token path: the vendor's own client, with nothing between it and the provider. */
import OpenAI from 'openai';
import { serveCommands } from '../fork.ts';
import { createStreamMeter, type StreamFigures, type StreamPlan } from '../measure/stream-meter.ts';

interface Asked {
  baseUrl: string;
  model: string;
}

const commands = {
  /** Milliseconds from each request to its first token. */
  async firstTokens({ samples, ...asked }: Asked & { samples: number }): Promise<number[]> {
    const delays: number[] = [];
    for (let index = 0; index < samples; index += 1) {
      const from = performance.now();
      let isFirst = true;
      await read(asked, () => {
        if (isFirst) delays.push(performance.now() - from);
        isFirst = false;
      });
    }
    return delays;
  },

  async stream({ plan, ...asked }: Asked & { plan: Omit<StreamPlan, 'pid'> }): Promise<StreamFigures> {
    const meter = createStreamMeter({ ...plan, pid: process.pid });
    await Promise.all(
      Array.from({ length: plan.streams }, (_, index) => read(asked, (text) => meter.received(index, text))),
    );
    return meter.figures();
  },
};
export type SdkCommands = typeof commands;

const clients = new Map<string, OpenAI>();

function clientOf(baseUrl: string): OpenAI {
  const client = clients.get(baseUrl) ?? new OpenAI({ apiKey: 'bench', baseURL: baseUrl, maxRetries: 0 });
  clients.set(baseUrl, client);
  return client;
}

async function read({ baseUrl, model }: Asked, onText: (text: string) => void): Promise<void> {
  const chunks = await clientOf(baseUrl).chat.completions.create({
    model,
    messages: [{ role: 'user', content: 'Say something.' }],
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of chunks) {
    const text = chunk.choices[0]?.delta.content;
    if (text) onText(text);
  }
}

serveCommands(commands);
