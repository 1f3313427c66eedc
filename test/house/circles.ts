import type { Source } from './read-source.ts';

/** Groups of files of which each imports, by way of the others, itself; types included. Sorted, as are the groups. */
export function circlesOf(sources: readonly Source[]): string[][] {
  const imports = new Map(
    sources.map((source) => [source.path, source.imports.flatMap(({ path }) => path ?? [])]),
  );
  const reachable = new Map([...imports.keys()].map((path) => [path, reachableFrom(path, imports)]));
  const inCircle = [...imports.keys()].filter((path) => reachable.get(path)!.has(path));
  const groups = Map.groupBy(inCircle, (path) =>
    inCircle
      .filter((other) => reachable.get(path)!.has(other) && reachable.get(other)!.has(path))
      .toSorted()
      .join('\n'),
  );
  return [...groups.keys()].toSorted().map((group) => group.split('\n'));
}

function reachableFrom(path: string, imports: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const left = [...(imports.get(path) ?? [])];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    left.push(...(imports.get(next) ?? []));
  }
  return found;
}
