/** A browser's cookies of one host, and its way through redirects. */
export interface Browser {
  cookies: Map<string, string>;
  /** One request, without following a redirect. */
  send(url: string, init?: RequestInit): Promise<Response>;
  /** Follows redirects until a page, or an address that `isEnd`. */
  go(
    url: string,
    isEnd: (url: URL) => boolean,
    init?: RequestInit,
  ): Promise<{ url: URL; response: Response | null }>;
}

export function openBrowser(): Browser {
  const cookies = new Map<string, string>();
  const browser: Browser = {
    cookies,
    async send(url, init = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const headers = { ...(init.headers as Record<string, string>), ...(cookie && { cookie }) };
      const response = await fetch(url, { ...init, headers, redirect: 'manual' });
      for (const line of response.headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split('; ');
        const name = pair.slice(0, pair.indexOf('='));
        const isOver = attributes.some((one) => /^max-age=0$/i.test(one) || /1970/.test(one));
        if (isOver) cookies.delete(name);
        else cookies.set(name, pair.slice(name.length + 1));
      }
      return response;
    },
    async go(from, isEnd, init) {
      let url = new URL(from);
      for (let request = init; ; request = undefined) {
        if (isEnd(url)) return { url, response: null };
        const response = await browser.send(url.href, request);
        const location = response.headers.get('location');
        if (!location) return { url, response };
        url = new URL(location, url);
      }
    },
  };
  return browser;
}
