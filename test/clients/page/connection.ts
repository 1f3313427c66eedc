import { createPolyphony, type Polyphony } from 'polyphony-client';

/** The server is named in the address of the page. */
export function connect(token: string | null): Polyphony {
  const url = new URLSearchParams(location.search).get('api')!;
  return createPolyphony({ url, token: token ?? undefined });
}
