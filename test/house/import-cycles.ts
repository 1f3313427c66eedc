import type { Source } from './read-source.ts';

/**
 * Import cycles: groups of files that import each other, directly or indirectly, including type imports. The groups and
 * their files are sorted.
 */
export function importCycles(sources: readonly Source[]): string[][] {
  const imports = new Map(
    sources.map((source) => [source.path, source.imports.flatMap(({ path }) => path ?? [])]),
  );
  const reachable = new Map([...imports.keys()].map((path) => [path, reachableFrom(path, imports)]));
  const inCycle = [...imports.keys()].filter((path) => reachable.get(path)!.has(path));
  const groups = Map.groupBy(inCycle, (path) =>
    inCycle
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
