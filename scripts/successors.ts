/** Writes the table of legacy endpoints and their GraphQL operations into README.md; `--check` only compares. */
import { readFile, writeFile } from 'node:fs/promises';
import { DIALECT_TABLES } from '../src/rest-compat/index.ts';
import { successorTables } from '../src/rest-compat/openapi/successors.ts';

const FILE = new URL('../README.md', import.meta.url);
const [BEGIN, END] = ['<!-- successors: npm run successors -->', '<!-- end of successors -->'];

const text = await readFile(FILE, 'utf8');
const [before, rest] = text.split(BEGIN);
const after = rest?.split(END)[1];
if (before === undefined || after === undefined) throw new Error(`README.md has no ${BEGIN} … ${END}`);
const wanted = `${before}${BEGIN}\n\n${successorTables(Object.values(DIALECT_TABLES))}\n\n${END}${after}`;

if (!process.argv.includes('--check')) await writeFile(FILE, wanted);
else if (wanted !== text) {
  console.error('README.md is out of date: run `npm run successors`');
  process.exit(1);
}
