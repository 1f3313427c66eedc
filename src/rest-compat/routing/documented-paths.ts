import type { Dialect } from '../../vocabulary.ts';
import type { DialectTable } from '../definitions/dialect-table.ts';

/** A path documented by one or more dialects; the names of its parameters differ between them. */
export interface DocumentedPath {
  /** In Fastify's format: `/api/v1/tasks/:p0`. */
  url: string;
  /**
   * The dialects that document the method here, otherwise those that document the path, which then reject the
   * method.
   */
  candidates(method: string): readonly Dialect[];
}

/** Every documented path, with and without a trailing slash: dialects with the exact form come first. */
export function documentedPaths(tables: readonly DialectTable[]): DocumentedPath[] {
  const exact = new Map<string, Map<string, Dialect[]>>();
  for (const { name, endpoints } of tables) {
    for (const { method, path } of endpoints) {
      const methods = entry(exact, withoutNames(path), () => new Map<string, Dialect[]>());
      entry(methods, method, () => []).push(name);
    }
  }
  const urls = new Set([...exact.keys()].flatMap((url) => [url, otherEnd(url)]));
  return [...urls].map((url) => {
    const here = exact.get(url);
    const there = exact.get(otherEnd(url));
    return {
      url,
      candidates(asked) {
        const method = asked === 'HEAD' ? 'GET' : asked;
        return here?.get(method) ?? there?.get(method) ?? everybody(here ?? there);
      },
    };
  });
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

function withoutNames(path: string): string {
  let count = 0;
  return path.replaceAll(/\{\w+\}/g, () => `:p${count++}`);
}

function otherEnd(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : `${url}/`;
}

function everybody(methods: Map<string, Dialect[]> | undefined): Dialect[] {
  return [...new Set([...(methods?.values() ?? [])].flat())];
}
