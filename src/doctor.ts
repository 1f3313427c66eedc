/**
 * `npm run doctor`: compares the counters of the database with a count of its rows, reports differences, and exits with 1
 * if there are some. With `--rebuild-counters` it counts all rows again instead. Servers may be running meanwhile.
 */
import { parseArgs } from 'node:util';
import { readConfig } from './config.ts';
import { coerceError } from './errors.ts';
import { openCommandDatabase } from './start/command-database.ts';
import {
  type CounterDifference,
  compareCounters,
  MAX_DIFFERENCES,
  rebuildCounters,
} from './store/analytics/counters/compare-counters.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'rebuild-counters': { type: 'boolean', default: false } } });
  await using opened = new AsyncDisposableStack();
  const database = await openCommandDatabase(readConfig(), opened);
  if (values['rebuild-counters']) {
    await rebuildCounters(database);
    console.log('All counters were made again from the rows.');
    return;
  }
  const differences = await compareCounters(database);
  if (differences.length === 0) console.log('All counters are equal to a count of the rows.');
  else report(differences);
}

function report(differences: readonly CounterDifference[]): void {
  for (const difference of differences) console.error(describe(difference));
  const more = differences.length === MAX_DIFFERENCES ? 'At least ' : '';
  console.error(
    `${more}${differences.length} counters differ from a count of the rows. To count again: npm run doctor -- --rebuild-counters`,
  );
  process.exitCode = 1;
}

function describe({ kept, counted, at, ...key }: CounterDifference): string {
  const { ownerId, scope, grain, subject, name, detail, bucket } = key;
  const words = [ownerId || 'installation', scope, grain, grain === 'all' ? '' : at.toISOString()];
  const what = [subject, name, detail, bucket === -1 ? '' : String(bucket)];
  const sums = Object.keys({ ...kept, ...counted }) as (keyof typeof kept)[];
  const values = sums.map((sum) => `${sum} is ${kept[sum]}, counted ${counted[sum]}`);
  return `${[...words, ...what].filter(Boolean).join(' ')}: ${values.join('; ')}`;
}

try {
  await main();
} catch (error) {
  console.error(coerceError(error).message);
  process.exitCode = 1;
}
