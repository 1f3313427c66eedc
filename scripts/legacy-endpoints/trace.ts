import type { Path } from './sample-data.ts';

/** Where a value comes from: paths of an output, by paths of its input. */
export type Trace = Map<string, Set<string>>;

/**
 * Changes one value at a time, and records what changes in the output.
 * @param change the output after a change; it may throw, then the change says nothing
 */
export function trace(
  base: unknown,
  changes: readonly { path: string; change: () => unknown }[],
): { found: Trace; paths: readonly string[] } {
  const before = flatten(base);
  const found: Trace = new Map();
  for (const { path, change } of changes) {
    const after = attempt(change);
    if (after === undefined) continue;
    const names = new Set([...before.keys(), ...after.keys()]);
    for (const name of names) {
      if (before.get(name) === after.get(name)) continue;
      found.set(name, (found.get(name) ?? new Set()).add(path));
    }
  }
  return { found, paths: [...before.keys()] };
}

function attempt(change: () => unknown): Map<string, string> | undefined {
  try {
    return flatten(change());
  } catch {
    return undefined;
  }
}

/** Values by their paths, of which the first item of a list stands for all. */
export function flatten(value: unknown, path: Path = []): Map<string, string> {
  if (Array.isArray(value)) return value.length > 0 ? flatten(value[0], [...path, 0]) : leafOf(path, '[]');
  if (typeof value !== 'object' || value === null || value instanceof Date) return leafOf(path, value);
  const members = Object.entries(value);
  if (members.length === 0) return leafOf(path, '{}');
  return new Map(members.flatMap(([name, member]) => [...flatten(member, [...path, name])]));
}

const leafOf = (path: Path, value: unknown) => new Map([[nameOf(path), JSON.stringify(value) ?? 'absent']]);

/** `tasks.nodes[].title` */
export function nameOf(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** A copy with another value in one place; undefined removes it. */
export function withValue(base: unknown, [part, ...rest]: Path, value: unknown): unknown {
  if (part === undefined) return value;
  if (Array.isArray(base))
    return base.map((item, index) => (index === part ? withValue(item, rest, value) : item));
  const { [part]: inner, ...others } = base as Record<string, unknown>;
  const changed = withValue(inner, rest, value);
  return changed === undefined ? others : { ...others, [part]: changed };
}

/** The paths of all values in a request. */
export function pathsIn(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return value.length > 0 ? pathsIn(value[0], [...path, 0]) : [path];
  if (typeof value !== 'object' || value === null) return value === undefined ? [] : [path];
  const members = Object.entries(value);
  return members.length === 0 && path.length > 1
    ? [path]
    : members.flatMap(([name, member]) => pathsIn(member, [...path, name]));
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, part) => (inner as Record<string | number, unknown>)[part], value);
}
