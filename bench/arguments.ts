import { parseArgs } from 'node:util';
import { ALONE, ROWS, type RowNumber } from './rows/index.ts';

export interface Arguments {
  /** About a minute instead of about five. */
  quick: boolean;
  only: RowNumber[];
  /** Of the account that has many, in a row that is measured alone. */
  runs: number;
  /** Tell where Polyphony's time goes, row by row. Figures are a third worse meanwhile. */
  profile: boolean;
}

const USAGE = `npm run bench -- [--quick] [--profile] [--only=1,3]
npm run bench -- growth [--runs=1000000]
npm run bench -- processes [--quick]
${ROWS.map(({ number, title }) => `  ${number}  ${title}`).join('\n')}`;

/** @throws Error that says what there is, for anything else. */
export function readArguments(given: readonly string[]): Arguments {
  const options = {
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    only: { type: 'string' },
    runs: { type: 'string', default: '1000000' },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...given], options, allowPositionals: true });
    const { quick, profile } = values;
    return { quick, profile, only: readRows(positionals, values.only), runs: readCount(values.runs) };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`);
  }
}

function readRows(names: readonly string[], only: string | undefined): RowNumber[] {
  if (names.length === 0) return readNumbers(only);
  return names.map((name) => {
    const named = ROWS.find((row) => 'name' in row && row.name === name);
    if (!named) throw new Error(`there is no row ${JSON.stringify(name)}`);
    return named.number;
  });
}

function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--runs=${text}: a number is expected`);
  return count;
}

function readNumbers(text: string | undefined): RowNumber[] {
  const all = ROWS.map(({ number }) => number).filter((number) => !ALONE.includes(number));
  if (text === undefined) return all;
  return text.split(',').map((part) => {
    const number = all.find((known) => String(known) === part);
    if (number === undefined) throw new Error(`--only=${text}: there is no row ${JSON.stringify(part)}`);
    return number;
  });
}
