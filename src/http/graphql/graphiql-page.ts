import type { GraphiQLOptions } from 'graphql-yoga';
import type { GraphiqlAssets } from './graphiql-assets.ts';

/**
 * The page, with features that GraphiQL lacks: its socket is opened with the headers of the editor, a token
 * that an earlier visit left in the browser is replaced by a new one or, if there is none, used again, the
 * secret of a link is removed from the address bar, and a reload shows the tab that was open.
 */
export function renderPage(options: GraphiQLOptions, { head, tail }: GraphiqlAssets): string {
  // `<` could end the script.
  const json = JSON.stringify(options).replaceAll('<', '\\u003c');
  const prepared = `(${prepare})(${json}, { read: ${parse}, claims: ${claimsOf} }, ${keepToken}, ${openTab})`;
  return head + prepared + tail;
}

interface Browser {
  localStorage: Record<string, string>;
  location: { href: string };
  history: { state: unknown; replaceState(state: unknown, title: string, url: string): void };
}

type Options = GraphiQLOptions & Record<string, unknown>;
interface Readers {
  read: typeof parse;
  claims: typeof claimsOf;
}

/**
 * The functions below run in the browser, as text: they may use nothing of this file except their arguments.
 */
function prepare(
  options: Options,
  readers: Readers,
  keep: typeof keepToken,
  open: typeof openTab,
): GraphiQLOptions {
  const { location, history } = globalThis as unknown as Browser;
  const url = new URL(location.href);
  if (url.searchParams.has('link')) {
    url.searchParams.delete('link');
    history.replaceState(history.state, '', url.href);
  }
  open(options, readers, { fresh: keep(options, readers), asked: url.searchParams.get('query') });
  return options;
}

function parse(text: string | undefined) {
  try {
    return JSON.parse(text || '{}');
  } catch {
    return {};
  }
}

/** The claims of a token; empty when it is invalid. */
function claimsOf(authorization: string | undefined): { sub?: string; exp?: number } {
  try {
    const claims = String(authorization).split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(atob(claims));
  } catch {
    return {};
  }
}

/**
 * @returns the credentials that the page was opened with, if any; otherwise those of an earlier visit are
 * used
 */
function keepToken(options: Options, { read, claims }: Readers): string | undefined {
  const { localStorage } = globalThis as unknown as Browser;
  const KEPT = 'polyphony:authorization';
  const fresh = read(options.headers).authorization;
  const earlier = localStorage[KEPT];
  if (earlier && fresh) {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith('graphiql:'))) {
      localStorage[key] = localStorage[key]!.replaceAll(earlier, fresh);
    }
  }
  if (fresh) localStorage[KEPT] = fresh;
  else if ((claims(earlier).exp ?? 0) * 1000 > Date.now()) {
    options.headers = JSON.stringify({ authorization: earlier }, null, 2);
  }
  return fresh;
}

function openTab(
  options: Options,
  { read, claims }: Readers,
  { fresh, asked }: { fresh: string | undefined; asked: string | null },
): void {
  const { localStorage } = globalThis as unknown as Browser;
  const STATE = 'graphiql:tabState';
  const current = () => {
    const { tabs, activeTabIndex } = read(localStorage[STATE]);
    return tabs?.[activeTabIndex];
  };
  const state = read(localStorage[STATE]);
  const tab = state.tabs?.[state.activeTabIndex];
  // `x-csrf-token` carries no credentials: it only makes the server accept the login cookie.
  const hasHeaders = Object.keys(read(tab?.headers)).some((name) => name !== 'x-csrf-token');
  const { authorization } = read(tab?.headers);
  const isSameAccount = authorization && claims(authorization).sub === claims(fresh).sub;
  // A tab without headers gets the token, and so does one with an older token of the same account.
  if (fresh && tab && (!hasHeaders || isSameAccount)) {
    tab.headers = hasHeaders ? tab.headers.replaceAll(authorization, fresh) : options.headers;
    localStorage[STATE] = JSON.stringify(state);
  }
  // GraphiQL finds the tab by its contents; if they differ at all, it opens another one.
  if (fresh && hasHeaders && !tab.headers.includes(fresh)) {
    // The open tab has another account's credentials and is kept; a new tab is opened next to it.
    options.initialQuery = asked ?? options.defaultQuery ?? '';
    options.initialVariables = '';
    options.initialHeaders = options.headers;
  } else if (tab && (asked === null || asked === tab.query)) {
    options.initialQuery = tab.query ?? '';
    options.initialVariables = tab.variables ?? '';
    options.initialHeaders = tab.headers ?? options.headers;
  }
  options.connectionParams = () => read(current()?.headers ?? options.headers);
}
