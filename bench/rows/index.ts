import { bulk } from './bulk.ts';
import { clientPackage } from './client-package.ts';
import { dialects } from './dialects.ts';
import { documents } from './documents.ts';
import { fairness } from './fairness.ts';
import { fanOut } from './fan-out.ts';
import { feeds } from './feeds.ts';
import { firstToken } from './first-token.ts';
import { growth } from './growth.ts';
import { lifecycle } from './lifecycle.ts';
import { list } from './list.ts';
import { processes } from './processes.ts';
import { start } from './start.ts';
import { streaming } from './streaming.ts';

export const ROWS = [
  { number: 1, ...lifecycle },
  { number: 2, ...firstToken },
  { number: 3, ...streaming },
  { number: 4, ...list },
  { number: 5, ...fanOut },
  { number: 6, ...start },
  { number: 7, ...dialects },
  { number: 8, ...fairness },
  { number: 9, ...clientPackage },
  { number: 10, ...documents },
  { number: 11, ...growth },
  { number: 12, ...bulk },
  { number: 13, ...feeds },
  { number: 14, ...processes },
] as const;

export type RowNumber = (typeof ROWS)[number]['number'];

/** Not measured unless they are named. */
export const ALONE: readonly RowNumber[] = ROWS.flatMap((row) => ('name' in row ? [row.number] : []));
