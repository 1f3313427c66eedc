import type OpenAI from 'openai';
import type { ResponseCreateParamsStreaming } from 'openai/resources/responses/responses';
import { toProviderError } from '../../failures/client-error.ts';
import type { Origin } from '../../history/origin.ts';
import type { StreamPart } from '../../provider.ts';
import type { Vendor } from '../../vendor.ts';
import { readEvents } from '../../wire/read-events.ts';
import { readResponse } from './read-events.ts';

/** One request to the Responses API. @throws ProviderError */
export async function* respond(
  { client, vendor }: { client: OpenAI; vendor: Vendor },
  origin: Origin,
  body: ResponseCreateParamsStreaming,
  signal: AbortSignal,
): AsyncGenerator<readonly StreamPart[]> {
  try {
    const response = await client.responses.create(body, { signal }).asResponse();
    const data = readEvents(response.body as unknown as AsyncIterable<Uint8Array>);
    yield* readResponse(vendor, origin, data);
  } catch (error) {
    throw toProviderError(vendor, error);
  }
}
