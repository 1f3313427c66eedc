import type { GraphiQLOptions } from 'graphql-yoga';

/**
 * The page, with what GraphiQL leaves out: its socket is opened with the headers of the editor, a token of ours
 * that an earlier visit left in the browser is replaced by the fresh one or, without one, used again, a link's secret
 * leaves the address bar, and a reload shows the tab that was open.
 */
export async function renderPage(options: GraphiQLOptions): Promise<string> {
  // 9 MB of text, which most processes are never asked for.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL(options)
    .replace(/<title>.*?<\/title>/, `<title>${options.title}</title>`)
    .replace(
      /(renderYogaGraphiQL\(\s*window\.document\.querySelector\('#root'\),\s*)(\{.*\})(,\s*\);)/s,
      (_all, head, json, tail) => `${head}(${prepare.toString()})(${json})${tail}`,
    );
}

interface Browser {
  localStorage: Record<string, string>;
  location: { href: string };
  history: { state: unknown; replaceState(state: unknown, title: string, url: string): void };
}

/** Runs in the browser, as text: it may use nothing of this file. */
function prepare(options: GraphiQLOptions & Record<string, unknown>) {
  const { localStorage, location, history } = globalThis as unknown as Browser;
  const KEPT = 'polyphony:authorization';
  const parse = (text: string | undefined) => {
    try {
      return JSON.parse(text || '{}');
    } catch {
      return {};
    }
  };
  const openTab = () => {
    const { tabs, activeTabIndex } = parse(localStorage['graphiql:tabState']);
    return tabs?.[activeTabIndex];
  };
  const isCurrent = (authorization: string) => {
    const claims = authorization.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/');
    return parse(claims && atob(claims)).exp * 1000 > Date.now();
  };
  const url = new URL(location.href);
  if (url.searchParams.has('link')) {
    url.searchParams.delete('link');
    history.replaceState(history.state, '', url.href);
  }

  const fresh = parse(options.headers).authorization;
  const earlier = localStorage[KEPT];
  if (earlier && fresh) {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith('graphiql:'))) {
      localStorage[key] = localStorage[key]!.replaceAll(earlier, fresh);
    }
  }
  if (fresh) localStorage[KEPT] = fresh;
  else if (earlier && isCurrent(earlier)) {
    options.headers = JSON.stringify({ authorization: earlier }, null, 2);
  }

  // A tab of a visit without credentials gets the token; one with another account's stays as it is, behind a new one.
  const state = parse(localStorage['graphiql:tabState']);
  const left = state.tabs?.[state.activeTabIndex];
  const ownHeaders = Object.keys(parse(left?.headers));
  if (fresh && left && ownHeaders.length === 0) {
    left.headers = options.headers;
    localStorage['graphiql:tabState'] = JSON.stringify(state);
  }
  const isOthers = fresh && ownHeaders.length > 0 && !String(left?.headers).includes(fresh);

  // GraphiQL finds the tab by its contents; where they differ in anything, it opens one more.
  const tab = openTab();
  const asked = url.searchParams.get('query');
  if (isOthers) {
    options.initialQuery = asked ?? options.defaultQuery ?? '';
    options.initialVariables = '';
    options.initialHeaders = options.headers;
  } else if (tab && (asked === null || asked === tab.query)) {
    options.initialQuery = tab.query ?? '';
    options.initialVariables = tab.variables ?? '';
    options.initialHeaders = tab.headers ?? options.headers;
  }
  options.connectionParams = () => parse(openTab()?.headers ?? options.headers);
  return options;
}
