import { parseCronItem } from 'graphile-worker';

/** When a workflow is executed automatically, and with which input. */
export interface Schedule {
  /** Minute, hour, day of the month, month, day of the week. */
  cron: string;
  /** An IANA name. */
  timeZone: string;
  input: unknown;
  parameters: Record<string, unknown>;
}

type Ticks = Pick<Schedule, 'cron' | 'timeZone'>;

/** The error in a schedule, and the member it is in; null: none. */
export function scheduleProblem(
  schedule: Ticks,
  now: Date,
): { member: 'cron' | 'timeZone'; message: string } | null {
  if (!isTimeZone(schedule.timeZone)) {
    const message = 'must be a time zone such as Europe/Berlin or UTC';
    return { member: 'timeZone', message };
  }
  const message = cronProblem(schedule.cron);
  if (message) return { member: 'cron', message };
  if (nextTick(schedule, now)) return null;
  return { member: 'cron', message: 'never occurs' };
}

function isTimeZone(timeZone: string): boolean {
  try {
    clockOf(timeZone);
    return true;
  } catch {
    return false;
  }
}

function cronProblem(cron: string): string | null {
  try {
    matcher(cron);
    return null;
  } catch (thrown) {
    const form =
      'must be five fields (minute, hour, day of the month, month, day of the week) of numbers, ranges, lists, * or */n';
    // The reason repeats part of the text, which may be a value meant for another field.
    return /^[\d*/, -]*$/.test(cron) ? `${form}: ${(thrown as Error).message}` : form;
  }
}

/**
 * Whether a local time, expressed as if it were UTC, matches the pattern. @throws Error for an invalid
 * pattern
 */
function matcher(cron: string): (shown: number) => boolean {
  const { match } = parseCronItem({ task: 'execute', match: cron }, 'the schedule');
  return (shown) => {
    const date = new Date(shown);
    return match({
      min: date.getUTCMinutes(),
      hour: date.getUTCHours(),
      date: date.getUTCDate(),
      month: date.getUTCMonth() + 1,
      dow: date.getUTCDay(),
    });
  };
}

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** February 29 recurs after at most eight years. */
const MAX_DAYS = 8 * 366;

/**
 * The first scheduled time after `now`; null: there is none. Times are local times of the zone. A time
 * skipped by a clock change occurs as much later as the clocks jumped. Of a time that occurs twice, a fixed
 * hour matches the second occurrence only; with any hour (`*`, `*\/2`) both match, so that intervals
 * continue.
 */
export function nextTick({ cron, timeZone }: Ticks, now: Date): Date | null {
  const [minute, hour, ...day] = cron.trim().split(/\s+/) as [string, string, ...string[]];
  const isTickOfDay = matcher(`${minute} ${hour} * * *`);
  const isTickDay = matcher(`* * ${day.join(' ')}`);
  const times = Array.from({ length: 1_440 }, (_, at) => at * MINUTE_MS).filter(isTickOfDay);
  const pattern = { times, everyHour: isAny(hour), isInterval: isAny(hour) && isAny(minute) };
  const clock = clockOf(timeZone);
  const today = Math.floor((now.getTime() + clock(now.getTime())) / DAY_MS) * DAY_MS;
  // The last times of the day before may have been skipped.
  for (let days = -1; days < MAX_DAYS; days += 1) {
    const midnight = today + days * DAY_MS;
    if (!isTickDay(midnight)) continue;
    const next = momentsOf(midnight, pattern, clock).find((tick) => tick > now.getTime());
    if (next !== undefined) return new Date(next);
  }
  return null;
}

function isAny(field: string): boolean {
  return field.startsWith('*') || field === '0-23' || field === '0-59';
}

interface Pattern {
  /** Milliseconds after midnight, local time. */
  times: readonly number[];
  everyHour: boolean;
  /** Continues by itself after a clock change: skipped times are not made up for. */
  isInterval: boolean;
}

/** When the times of a day occur, in order. @param midnight of the day, as if it were UTC */
function momentsOf(midnight: number, pattern: Pattern, clock: Clock): number[] {
  const [before, after] = [clock(midnight - DAY_MS), clock(midnight + 2 * DAY_MS)];
  if (before === after) return pattern.times.map((at) => midnight + at - before);
  const moments = pattern.times.flatMap((at) => {
    const shown = midnight + at;
    const found = [shown - before, shown - after].filter((moment) => moment + clock(moment) === shown);
    if (found.length === 0) return pattern.isInterval ? [] : [shown - before];
    return pattern.everyHour ? found : [Math.max(...found)];
  });
  return moments.toSorted((one, other) => one - other);
}

/** The offset of a zone from UTC at a given time, both in milliseconds. */
type Clock = (moment: number) => number;

/** @throws RangeError for an unknown zone */
function clockOf(timeZone: string): Clock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  });
  return (moment) => {
    const whole = Math.floor(moment / MINUTE_MS) * MINUTE_MS;
    const parts = format.formatToParts(whole).map(({ type, value }) => [type, Number(value)] as const);
    const { year, month, day, hour, minute } = Object.fromEntries(parts) as Record<string, number>;
    return Date.UTC(year!, month! - 1, day!, hour!, minute!) - whole;
  };
}
