import type { GraphiQLOptions } from 'graphql-yoga';

/**
 * The page, with what GraphiQL leaves out: its socket is opened with the headers of the editor, a token of ours
 * that an earlier visit left in the browser is replaced by the fresh one, and a reload shows the tab that was open.
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
}

/** Runs in the browser, as text: it may use nothing of this file. */
function prepare(options: GraphiQLOptions & Record<string, unknown>) {
  const { localStorage, location } = globalThis as unknown as Browser;
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

  const fresh = parse(options.headers).authorization;
  const earlier = localStorage[KEPT];
  if (earlier && fresh) {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith('graphiql:'))) {
      localStorage[key] = localStorage[key]!.replaceAll(earlier, fresh);
    }
  }
  if (fresh) localStorage[KEPT] = fresh;

  // GraphiQL finds the tab by its contents; where they differ in anything, it opens one more.
  const tab = openTab();
  const asked = new URL(location.href).searchParams.get('query');
  if (tab && (asked === null || asked === tab.query)) {
    options.initialQuery = tab.query ?? '';
    options.initialVariables = tab.variables ?? '';
    options.initialHeaders = tab.headers ?? options.headers;
  }
  options.connectionParams = () => parse(openTab()?.headers ?? options.headers);
  return options;
}
