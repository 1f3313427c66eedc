export interface ServerSentEvent {
  id: string | null;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: results of any shape
  data: any;
}

export interface Opened {
  status: number;
  headers: Headers;
  /** Up to the end of the stream; those that are not read are not waited for. */
  events(): AsyncGenerator<ServerSentEvent, void, undefined>;
  text(): Promise<string>;
}

/** As an EventSource requests a stream, without reconnecting. */
export async function openEvents(url: string, headers: Record<string, string> = {}): Promise<Opened> {
  const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers } });
  return {
    status: response.status,
    headers: response.headers,
    events: () => readEvents(response),
    text: () => response.text(),
  };
}

async function* readEvents({ body }: Response): AsyncGenerator<ServerSentEvent, void, undefined> {
  let text = '';
  for await (const piece of body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks.filter((one) => one.startsWith('event:') || one.startsWith('id:'))) {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? null;
      const data = field('data');
      yield { id: field('id'), event: field('event')!, data: data ? JSON.parse(data) : null };
    }
  }
}

export async function all(events: AsyncGenerator<ServerSentEvent>): Promise<ServerSentEvent[]> {
  const read: ServerSentEvent[] = [];
  for await (const event of events) read.push(event);
  return read;
}

/** The address of a subscription for an EventSource. */
export function addressOf(url: string, query: string, others: Record<string, string> = {}): string {
  return `${url}/graphql?${new URLSearchParams({ query, ...others })}`;
}
