import type { DialectTable } from './dialect.ts';

/** The path of a request under a dialect's mount as its document has it; what follows the path may be a token. */
export function documentedPath({ name }: Pick<DialectTable, 'name'>, { url }: { url: string }): string {
  return url.slice(`/${name}`.length).split('?')[0]!;
}
