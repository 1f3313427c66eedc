/**
 * `npm run import -- FILE`: imports accounts, API keys, sessions and tasks of another server into the database, and exits.
 * With `--check` it only checks the file. With `--into-existing`, accounts that registered here get what the file has for
 * their addresses.
 */
import { parseArgs } from 'node:util';
import { readConfig } from './config.ts';
import { coerceError } from './errors.ts';
import type { LineProblem } from './importing/check-line.ts';
import { checkFile, importFile, type Totals } from './importing/import-file.ts';
import type { OwnerRules } from './importing/statements/owners.ts';
import { openCommandDatabase } from './start/command-database.ts';

async function main(): Promise<void> {
  const { path, isCheck, intoExisting } = readArguments();
  const wrong = await checkFile(path);
  if (wrong.length > 0) {
    report(wrong, 'Nothing was imported.');
    return;
  }
  if (isCheck)
    console.log('The file is valid. Only an import checks whether its accounts and sessions exist here.');
  else await importInto(path, { intoExisting });
}

function readArguments(): OwnerRules & { path: string; isCheck: boolean } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      check: { type: 'boolean', default: false },
      'into-existing': { type: 'boolean', default: false },
    },
  });
  const [path] = positionals;
  if (path === undefined || positionals.length > 1)
    throw new Error('expected one file: npm run import -- FILE, or npm run import -- --check FILE');
  return { path, isCheck: values.check, intoExisting: values['into-existing'] };
}

async function importInto(path: string, rules: OwnerRules): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const database = await openCommandDatabase(readConfig(), opened);
  const { totals, lastLine, problems } = await importFile(database, path, rules);
  console.log(describe(totals));
  if (problems.length === 0) return;
  const done = lastLine === 0 ? 'No line was imported.' : `Everything up to line ${lastLine} is imported.`;
  report(problems, `${done} Correct the file and import it again: objects that already exist are skipped.`);
}

function report(problems: readonly LineProblem[], what: string): void {
  for (const { line, code, field, message } of problems)
    console.error(`line ${line}: ${code}: ${field === null ? 'it' : field} ${message}`);
  console.error(what);
  process.exitCode = 1;
}

function describe(totals: Totals): string {
  return Object.entries(totals)
    .map(([type, { created, present, deleted }]) => {
      const left = deleted > 0 ? `, ${deleted} deleted here since` : '';
      return `${type}: ${created} imported, ${present} there already${left}`;
    })
    .join('\n');
}

try {
  await main();
} catch (error) {
  console.error(coerceError(error).message);
  process.exitCode = 1;
}
