import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/** What a page that acts for an account has in its headers. */
export const TOKEN = /Bearer (eyJ[\w-]+\.[\w-]+\.[\w-]+)/;

export interface Page {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** As a browser asks for it; `fetch` sets the headers that matter here by itself. */
export function getPage(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Page> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers: { accept: 'text/html', ...headers } }, async (response) =>
      resolve({ status: response.statusCode!, headers: response.headers, body: await text(response) }),
    )
      .on('error', reject)
      .end();
  });
}

/** The login token of a page; null when there is none. */
export function tokenIn({ body }: Page): string | null {
  return TOKEN.exec(body)?.[1] ?? null;
}
