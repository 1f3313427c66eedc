/** `npm run bench`: what Polyphony costs, as ratios to bare baselines that are measured in turns with it. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Arguments, readArguments } from './arguments.ts';
import { timed } from './measure/clock.ts';
import { describeMachine } from './measure/machine.ts';
import { renderProfile } from './profile.ts';
import { type Line, renderTable } from './report.ts';
import { ALONE, ROWS } from './rows/index.ts';
import { openStage, type Stage } from './stage.ts';

const LIMIT_MS = { quick: 4 * 60_000, full: 10 * 60_000 };
/** For each run that is filled in, once, and for the requests. */
const ALONE_LIMIT_MS = { each: 2, measured: 30 * 60_000 };

async function bench({ quick, profile, only, runs }: Arguments): Promise<void> {
  const stage = await openStage({ quick, profile, runs });
  const lines: Line[] = [];
  const stopped = Promise.withResolvers<never>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stopped.reject(new Error(`stopped by ${signal}`)));
  const limit = limitOf({ quick, only, runs });
  const tooLong = wait(limit, null, { ref: false }).then(() => {
    throw new Error(`not done after ${limit / 60_000} minutes`);
  });
  try {
    console.log(['# Bench', '', ...(await describeMachine(stage.databaseUrl))].join('\n'));
    await Promise.race([runRows(stage, only, lines), stopped.promise, tooLong]);
    if (stage.profileFolder) {
      await stage.stopPolyphony();
      console.log(`\n${await renderProfile(stage.profileFolder, stage.spans)}`);
    }
  } finally {
    // What was measured before a failure is worth as much.
    console.log(`\n${renderTable(lines)}`);
    await stage.end();
  }
}

function limitOf({ quick, only, runs }: Pick<Arguments, 'quick' | 'only' | 'runs'>): number {
  if (only.some((number) => ALONE.includes(number)))
    return ALONE_LIMIT_MS.measured + ALONE_LIMIT_MS.each * runs;
  return quick ? LIMIT_MS.quick : LIMIT_MS.full;
}

async function runRows(stage: Stage, only: Arguments['only'], lines: Line[]): Promise<void> {
  for (const row of ROWS.filter(({ number }) => only.includes(number))) {
    process.stderr.write(`row ${row.number}: ${row.title}\n`);
    const seconds = await timed(async () => {
      for (const line of await row.run(stage)) lines.push({ ...line, what: `${row.number}. ${line.what}` });
    });
    process.stderr.write(`  ${seconds.toFixed(0)} s\n`);
  }
}

try {
  await bench(readArguments(process.argv.slice(2)));
  process.exit();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
