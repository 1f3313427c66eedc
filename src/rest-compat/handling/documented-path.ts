import type { DialectTable } from '../definitions/dialect-table.ts';

/** The path of a request, under a dialect's mount or without one, as its document has it; what follows the path may be a token. */
export function documentedPath({ name }: Pick<DialectTable, 'name'>, { url }: { url: string }): string {
  const mount = `/${name}`;
  return (url.startsWith(mount) ? url.slice(mount.length) : url).split('?')[0]!;
}
