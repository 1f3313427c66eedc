import { type KeptText, keepText } from '../requests/kept-text.ts';

/** GraphiQL's parts that are the same for everyone, and the page around them. */
export interface GraphiqlAssets {
  /** By name, which contains the hash of the contents, so that browsers need not ask again. */
  files: ReadonlyMap<string, KeptText>;
  /** The page, up to the options that GraphiQL is opened with, and from there. */
  head: string;
  tail: string;
}

/** Of the files, behind the path of the page. */
export const ASSETS = 'assets';

const FOR_EVER = 'public, max-age=31536000, immutable';

/** @returns a function that loads them when they are needed: 9 MB of text, which most processes never send */
export function createGraphiqlAssets(): () => Promise<GraphiqlAssets> {
  let loading: Promise<GraphiqlAssets> | undefined;
  return () => {
    loading ??= load();
    return loading;
  };
}

async function load(): Promise<GraphiqlAssets> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({ title: 'Polyphony GraphiQL' });
  const style = between(html, '<style>', '</style>');
  const script = between(html, '<script>', RENDER, style.end);
  const icon = between(html, 'href="data:image/x-icon;base64,', '"');
  const files = new Map<string, KeptText>();

  const add = (extension: string, type: string, text: string | Buffer): string => {
    const file = keepText(text, type, FOR_EVER);
    const name = `graphiql.${file.hash}.${extension}`;
    files.set(name, file);
    return `graphql/${ASSETS}/${name}`;
  };
  const links = {
    icon: add('ico', 'image/x-icon', Buffer.from(icon.text, 'base64')),
    style: add('css', 'text/css; charset=utf-8', style.text),
    script: add('js', 'text/javascript; charset=utf-8', withHistory(script.text)),
  };
  const [head, tail] = html.slice(script.end).split('{"title":"Polyphony GraphiQL"}');
  return {
    files,
    head: [
      html.slice(0, icon.start),
      `href="${links.icon}"`,
      html.slice(icon.end + 1, style.start),
      `<link rel="stylesheet" href="${links.style}" />`,
      html.slice(style.end + '</style>'.length, script.start),
      `<script src="${links.script}"></script><script>`,
      head,
    ].join(''),
    tail: tail!,
  };
}

/**
 * Yoga's build lists only its explorer as a plugin, which turns off GraphiQL's default, the history. The name that the
 * history has in the build is in what GraphiQL does without a list.
 */
function withHistory(script: string): string {
  const history = /===void 0\?\[(\w+)\]:\w+,/.exec(script)?.[1];
  const list = /plugins:\[(\w+)\],/;
  if (!history || !list.test(script)) throw new Error('the script of GraphiQL has no list of plugins');
  return script.replace(list, (_all, explorer) => `plugins:[${history},${explorer}],`);
}

/** Where the page opens GraphiQL. */
const RENDER = 'YogaGraphiQL.renderYogaGraphiQL(';

interface Part {
  text: string;
  /** Where its opening begins. */
  start: number;
  /** Where its closing begins. */
  end: number;
}

/** The first part with the opening; the last closing, as scripts may contain it. */
function between(html: string, opening: string, closing: string, from = 0): Part {
  const start = html.indexOf(opening, from);
  const end = closing === RENDER ? html.lastIndexOf(closing) : html.indexOf(closing, start + opening.length);
  if (start < 0 || end < 0) throw new Error(`the page of GraphiQL has no ${opening} … ${closing}`);
  return { text: html.slice(start + opening.length, end), start, end };
}
