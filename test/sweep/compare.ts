import { objectIdOf } from '../../src/rest-compat/orchestratex/object-id.ts';
import type { Answer } from '../harness/client.ts';

/** What a caller is told, without what was sent and without what changes by itself. */
export function told(answer: Answer, sent: string, { isWhole }: { isWhole: boolean }): string {
  const errors = answer.errors?.map(({ message, path, extensions }) => ({ message, path, extensions }));
  const data = isWhole ? answer.data : outline(answer.data);
  return mask(JSON.stringify({ errors, data }), sent);
}

/** What was sent may come back, in lower case or as an id derived of it as well, and moments pass. */
export function mask(text: string, sent: string): string {
  const escaped = JSON.stringify(sent).slice(1, -1);
  const forms = [sent, escaped, encodeURIComponent(sent), plainOf(sent), objectIdOf(sent)];
  const without = forms.reduce(
    (left, form) => (form === '' ? left : left.replaceAll(new RegExp(RegExp.escape(form), 'gi'), '<sent>')),
    text,
  );
  // Estimates weigh what they rest on by its age.
  return (
    without
      // What every call makes up anew, see `parts.ts`.
      .replaceAll(/\bx[0-9a-f]{8}(_[0-9a-f]{4}){3}_[0-9a-f]{12}\b/g, '<unique>')
      .replaceAll(/\d+\.\d{7,}/g, '<estimate>')
      // That of a feed names the latest transaction of the whole cluster, and when it was read.
      .replaceAll(/("cursor":)"WyI[\w-]+"/g, '$1"<cursor of a feed>"')
      // Its last digits depend on the order in which Postgres adds.
      .replaceAll(/("averageMs":)(?:[\d.]+|<estimate>)/g, '$1<average>')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?/g, '<moment>')
  );
}

/** The id in the form that GraphQL prints, as the dialects write it; empty: it is not one. */
function plainOf(sent: string): string {
  return /^[A-Z]\w+:(.+)$/.exec(Buffer.from(sent, 'base64url').toString())?.[1] ?? '';
}

/** What there is, without what it holds: two calls that make something make two. */
function outline(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((one) => JSON.stringify(outline(one))))].sort();
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === '__typename' ? member : outline(member)]),
  );
}

export function codesOf(answer: Answer): string[] {
  return (answer.errors ?? []).map(({ extensions }) => String(extensions.code));
}
