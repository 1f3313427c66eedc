import { Drop, type Liquid } from 'liquidjs';

/** Filters of liquidjs 10 that convert their input to text. */
const OF_TEXTS = [
  ...['append', 'prepend', 'capitalize', 'downcase', 'upcase', 'strip', 'lstrip', 'rstrip', 'raw'],
  ...[
    'strip_html',
    'strip_newlines',
    'newline_to_br',
    'escape',
    'escape_once',
    'xml_escape',
    'normalize_whitespace',
  ],
  ...['url_encode', 'url_decode', 'cgi_escape', 'uri_escape', 'slugify', 'base64_encode', 'base64_decode'],
  ...['replace', 'replace_first', 'replace_last', 'remove', 'remove_first', 'remove_last'],
  ...['split', 'truncate', 'truncatewords', 'number_of_words', 'join', 'array_to_sentence_string'],
];

/** The output for a value: objects, and lists that contain any, as JSON, and everything else unchanged. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.some(isStructure) ? JSON.stringify(value) : value;
  return isStructure(value) ? JSON.stringify(value) : value;
}

/** The same where the types of liquidjs require a string: it converts whatever it receives. */
export function outputText(value: unknown): string {
  return asText(value) as string;
}

/** Each item of a list separately, as `join` and similar filters concatenate them. */
function itemsAsText(value: unknown): unknown {
  return Array.isArray(value)
    ? value.map((item) => (isStructure(item) ? JSON.stringify(item) : item))
    : asText(value);
}

/** An object or a list, but not one of Liquid's own, such as `forloop`. */
function isStructure(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof Drop);
}

/** Makes filters that convert to text use JSON instead of `[object Object]`. */
export function makeFiltersLegible(liquid: Liquid): void {
  for (const name of OF_TEXTS) {
    const filter = liquid.filters[name];
    if (!filter) continue;
    const { handler, raw } = typeof filter === 'function' ? { handler: filter, raw: false } : filter;
    liquid.registerFilter(name, {
      raw: raw ?? false,
      handler(value, ...given) {
        return handler.apply(this, [itemsAsText(value), ...given.map(asText)]);
      },
    });
  }
}
