import type { Endpoint } from '../../src/rest-compat/definitions/endpoint.ts';
import type { RequestParts } from '../../src/rest-compat/definitions/terms.ts';
import { ANY, isWithin, nameOf, type Path, pathsIn, valueAt, withValue } from './paths.ts';
import { wordsOf } from './sample-request.ts';
import {
  addTo,
  type Change,
  hasValueSource,
  membersOf,
  newTrace,
  sourcesOf,
  wholesFirst,
  withoutAny,
} from './trace.ts';

/** The variables that each member of some requests sets, by the name of the member. */
export function traceRequests(
  row: Endpoint,
  requests: readonly RequestParts[],
  variablesFor: (request: unknown) => unknown,
): Map<string, readonly string[]> {
  const trace = newTrace();
  const whole = requests.map((request) => withFreeMembers(request, variablesFor));
  for (const request of whole)
    addTo([trace], variablesFor(request), requestChanges(row, request, variablesFor));
  const found = new Map(
    whole.flatMap((request) => pathsIn(request).map((path) => [withoutAny(nameOf(path)), new Set<string>()])),
  );
  const set = (isChanged: boolean) => {
    for (const variable of membersOf(trace)) {
      if (hasValueSource(trace, variable) !== isChanged) continue;
      for (const member of sourcesOf(trace, variable).sources)
        if (isChanged || found.get(member)!.size === 0)
          found.get(member)!.add(withoutAny(variable).replace(/\[\]$/, ''));
    }
  };
  set(true);
  // Variables that only appear or disappear are listed for members that set no others.
  set(false);
  const rows = [...found].map(([member, variables]) => [member, withoutParts([...variables])] as const);
  const shown = rows.filter(([member, variables]) => !isPart(member, variables, rows));
  return new Map(wholesFirst(shown, ([member]) => member));
}

/** Changes of each value of a request to other values. @param output what an endpoint makes of a request */
export function requestChanges(
  row: Endpoint,
  request: RequestParts,
  output: (request: unknown) => unknown,
): Change[] {
  const words = wordsOf(row.input);
  const change = (path: Path, value: unknown): Change => ({
    name: nameOf(path),
    kind: value === undefined ? 'null' : 'value',
    output: () => output(withValue(request, path, value)),
  });
  return pathsIn(request).flatMap((path) => [
    ...[...othersOf(valueAt(request, path)), ...words].map((other) => change(path, other)),
    change(path, undefined),
  ]);
}

/** Other values that a member of a request may have. */
function othersOf(value: unknown): unknown[] {
  if (typeof value === 'number') return [value + 1, value - 1];
  if (typeof value === 'boolean') return [!value];
  if (typeof value !== 'string') return [];
  const number = /^\d+$/.test(value) ? [1, -1].map((by) => String(Number(value) + by)) : [];
  return [...number, `${value}x`, value === 'true' ? 'false' : 'true'];
}

/** The same request with {@link ANY} in those of its objects whose unknown members are sent on. */
function withFreeMembers(request: RequestParts, variablesFor: (request: unknown) => unknown): RequestParts {
  let whole = request as unknown;
  for (const path of objectsIn(request.body, ['body'])) {
    const more = withValue(whole, [...path, ANY], 'text');
    if (
      JSON.stringify(variablesFor(more)).split(`"${ANY}"`).length >
      JSON.stringify(variablesFor(whole)).split(`"${ANY}"`).length
    )
      whole = more;
  }
  return whole as RequestParts;
}

function objectsIn(value: unknown, path: Path): Path[] {
  if (Array.isArray(value)) return value.length > 0 ? objectsIn(value[0], [...path, 0]) : [];
  if (typeof value !== 'object' || value === null) return [];
  return [path, ...Object.entries(value).flatMap(([name, member]) => objectsIn(member, [...path, name]))];
}

function withoutParts(names: readonly string[]): string[] {
  return names.filter((name) => !names.some((other) => other !== name && isWithin(name, other)));
}

/** A member of an object that is sent as a whole, which needs no row of its own. */
function isPart(
  member: string,
  variables: readonly string[],
  rows: readonly (readonly [string, readonly string[]])[],
): boolean {
  return rows.some(
    ([whole, wholeVariables]) =>
      whole !== member &&
      isWithin(member, whole) &&
      variables.every((variable) => wholeVariables.some((other) => isWithin(variable, other))),
  );
}
