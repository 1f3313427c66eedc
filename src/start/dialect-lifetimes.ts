import type { Lifetimes } from '../rest-compat/handling/lifetime.ts';
import type { Dialect } from '../vocabulary.ts';
import type { Environment } from './variables.ts';

export type { Lifetimes };

export function readLifetimes({ COMPAT_DEPRECATION = [], COMPAT_SUNSET = [] }: Environment): Lifetimes {
  const dateIn = (dates: typeof COMPAT_SUNSET, name: Dialect) =>
    dates.find(({ dialect }) => dialect === name)?.date ?? null;
  const ending = [...COMPAT_DEPRECATION, ...COMPAT_SUNSET].map(({ dialect }) => [
    dialect,
    { deprecated: dateIn(COMPAT_DEPRECATION, dialect), sunset: dateIn(COMPAT_SUNSET, dialect) },
  ]);
  return Object.fromEntries(ending);
}

/** By RFC 9745, section 4, a sunset must not be before the deprecation. @returns a problem for each that is */
export function earlySunsets(env: Environment): string[] {
  const early = Object.entries(readLifetimes(env)).filter(
    ([, { deprecated, sunset }]) => deprecated && sunset && sunset < deprecated,
  );
  return early.map(([dialect]) => `COMPAT_SUNSET: ${dialect} has an earlier date than in COMPAT_DEPRECATION`);
}
