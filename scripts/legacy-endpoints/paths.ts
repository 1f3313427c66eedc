export type Path = readonly (string | number)[];

/** A member of sample objects that stands for any other member. Names of paths show the object instead of it. */
export const ANY = '…';

/** Values, as JSON, by the names of their paths; the first item of a list stands for all. */
export function flatten(value: unknown): Map<string, string> {
  const found = new Map<string, string>();
  add('', value);
  return found;

  function add(name: string, inner: unknown): void {
    if (Array.isArray(inner)) {
      if (inner.length === 0) found.set(name, '[]');
      else add(`${name}[]`, inner[0]);
    } else if (typeof inner !== 'object' || inner === null || inner instanceof Date) {
      found.set(name, JSON.stringify(inner) ?? 'absent');
    } else {
      const members = Object.entries(inner);
      if (members.length === 0) found.set(name, '{}');
      for (const [part, member] of members) add(name === '' ? part : `${name}.${part}`, member);
    }
  }
}

/** `tasks.nodes[].title` */
export function nameOf(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** Whether one name is that of the other, or of a part of it. */
export function isWithin(name: string, whole: string): boolean {
  return name === whole || name.startsWith(`${whole}.`) || name.startsWith(`${whole}[]`);
}

/** A copy with another value at one path; undefined removes it. */
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
