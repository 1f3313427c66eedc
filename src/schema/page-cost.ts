import { DEFAULT_SIZE, MAX_SIZE, type PageArguments } from '../resolvers/page.ts';

/** What a page holds costs as often as the page is long. A size that is out of bounds is for the page to refuse. */
export function pageCost({ first, last }: PageArguments) {
  const size = first ?? last ?? DEFAULT_SIZE;
  return { field: 1, multiplier: Math.min(Math.max(size, 1), MAX_SIZE) };
}
