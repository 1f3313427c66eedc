import { PLAIN, SOURCES } from './overrides.ts';
import { isWithin } from './paths.ts';
import { constantOf, membersOf, sourcesOf, wholesFirst, withoutAny } from './trace.ts';
import type { TracedResponse } from './trace-response.ts';

/** The members of a response, and where each comes from. @param endpoint dialect, method and path */
export function responseRows(
  endpoint: string,
  { byData, byRequest }: TracedResponse,
): [member: string, source: string][] {
  const members = membersOf(byData).map((member) => ({
    member: withoutAny(member),
    ...sourcesOf(byData, member),
    fromRequest: sourcesOf(byRequest, member).sources,
    constant: constantOf(byData, member),
  }));
  const shown = members.filter(
    ({ member, sources }) =>
      !members.some((whole) => whole.member !== member && isWhole(whole, member, sources)),
  );
  return wholesFirst(shown, ({ member }) => member).map((row) => [
    row.member,
    SOURCES[`${endpoint} ${row.member}`] ?? textOf(row, PLAIN.includes(endpoint)),
  ]);
}

interface Row {
  member: string;
  sources: readonly string[];
  conditions: readonly string[];
  fromRequest: readonly string[];
  /** The only value that it ever had, as JSON. */
  constant: string | undefined;
}

/** Whether a member is in an object that comes as a whole from one field, so that it needs no row of its own. */
function isWhole(whole: Row, member: string, sources: readonly string[]): boolean {
  return (
    isWithin(member, whole.member) &&
    sources.length > 0 &&
    sources.every((source) => whole.sources.some((other) => source !== other && isWithin(source, other)))
  );
}

function textOf({ member, sources, conditions, fromRequest, constant }: Row, isPlain: boolean): string {
  if (sources.length > 0) {
    const deciding = conditions.length > 0 && !isPlain ? `; depends on ${list(conditions)}` : '';
    return `${list(sources)}${deciding}`;
  }
  if (fromRequest.length > 0) return `${list(fromRequest)} of the request`;
  if (constant === undefined)
    throw new Error(
      `no source was found for ${member || 'the response'}; add a request that shows it to ANSWERED, or its source to SOURCES, of scripts/legacy-endpoints/overrides.ts`,
    );
  return `always ${code(constant)}`;
}

export const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``;
export const list = (names: readonly string[]) => names.map(code).join(', ');
