import type { Dialect } from '../../vocabulary.ts';

/** The announced end of a dialect; null: that part of it is not announced. */
export interface Lifetime {
  deprecated: Date | null;
  sunset: Date | null;
}

/** Of the dialects whose end is announced. */
export type Lifetimes = Readonly<Partial<Record<Dialect, Lifetime>>>;

/** `Deprecation` has a date as in RFC 9651, `Sunset` an HTTP date. @param lifetime undefined: no end is announced */
export function lifetimeHeaders(lifetime: Lifetime | undefined): Record<string, string> {
  const { deprecated = null, sunset = null } = lifetime ?? {};
  return {
    ...(deprecated && { Deprecation: `@${deprecated.getTime() / 1000}` }),
    ...(sunset && { Sunset: sunset.toUTCString() }),
  };
}
