import { parseArgs } from 'node:util';
import { ROWS, type RowNumber } from './rows/index.ts';

export interface Arguments {
  /** About a minute instead of about five. */
  quick: boolean;
  only: RowNumber[];
  /** Tell where Polyphony's time goes, row by row. Figures are a third worse meanwhile. */
  profile: boolean;
}

const USAGE = `npm run bench -- [--quick] [--profile] [--only=1,3]
${ROWS.map(({ number, title }) => `  ${number}  ${title}`).join('\n')}`;

/** @throws Error that says what there is, for anything else. */
export function readArguments(given: readonly string[]): Arguments {
  const options = {
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    only: { type: 'string' },
  } as const;
  try {
    const { values } = parseArgs({ args: [...given], options });
    return { quick: values.quick, profile: values.profile, only: readNumbers(values.only) };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`);
  }
}

function readNumbers(text: string | undefined): RowNumber[] {
  const all = ROWS.map(({ number }) => number);
  if (text === undefined) return all;
  return text.split(',').map((part) => {
    const number = all.find((known) => String(known) === part);
    if (number === undefined) throw new Error(`--only=${text}: there is no row ${JSON.stringify(part)}`);
    return number;
  });
}
