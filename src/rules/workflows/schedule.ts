import { parseCronItem } from 'graphile-worker';

/** When a workflow is executed by itself, and with what. */
export interface Schedule {
  /** Minute, hour, day of the month, month, day of the week. */
  cron: string;
  /** A name of the IANA data base. */
  timeZone: string;
  input: unknown;
  parameters: Record<string, unknown>;
}

type Ticks = Pick<Schedule, 'cron' | 'timeZone'>;

/** What is wrong with a schedule, and in which member; null: nothing. */
export function scheduleFault(
  schedule: Ticks,
  now: Date,
): { member: 'cron' | 'timeZone'; message: string } | null {
  if (!isTimeZone(schedule.timeZone)) {
    const message = 'must be a time zone like Europe/Berlin or UTC';
    return { member: 'timeZone', message };
  }
  const message = cronFault(schedule.cron);
  if (message) return { member: 'cron', message };
  if (nextTick(schedule, now)) return null;
  return { member: 'cron', message: 'never comes' };
}

function isTimeZone(timeZone: string): boolean {
  try {
    clockOf(timeZone);
    return true;
  } catch {
    return false;
  }
}

function cronFault(cron: string): string | null {
  try {
    matcher(cron);
    return null;
  } catch (thrown) {
    const form =
      'must be five fields (minute, hour, day of the month, month, day of the week) of numbers, ranges, lists, * or */n';
    // The reason repeats a part of the text, which may be something else that went into the wrong field.
    return /^[\d*/, -]*$/.test(cron) ? `${form}: ${(thrown as Error).message}` : form;
  }
}

/** Whether a moment, told as if it were UTC, is one of the pattern's. @throws Error for what is no pattern */
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

/** The 29th of February comes again after at most eight years. */
const MAX_DAYS = 8 * 366;

/**
 * The first tick after `now`; null: none comes. Ticks are times of the zone's clocks. One that they jump over comes as
 * much later as they jump, so that they have jumped. Of one that they show twice, an hour that is named comes once, the
 * second time; where any hour is meant (`*`, `*\/2`) both times are ticks, so that intervals go on.
 */
export function nextTick({ cron, timeZone }: Ticks, now: Date): Date | null {
  const [minute, hour, ...day] = cron.trim().split(/\s+/) as [string, string, ...string[]];
  const isTickOfDay = matcher(`${minute} ${hour} * * *`);
  const isTickDay = matcher(`* * ${day.join(' ')}`);
  const times = Array.from({ length: 1_440 }, (_, at) => at * MINUTE_MS).filter(isTickOfDay);
  const pattern = { times, everyHour: isAny(hour), isInterval: isAny(hour) && isAny(minute) };
  const clock = clockOf(timeZone);
  const today = Math.floor((now.getTime() + clock(now.getTime())) / DAY_MS) * DAY_MS;
  // Yesterday's last times may have been jumped over.
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
  /** Milliseconds after midnight, as clocks show them. */
  times: readonly number[];
  everyHour: boolean;
  /** Goes on by itself after a jump: what was jumped over is not made up for. */
  isInterval: boolean;
}

/** When clocks show the times of a day, in order. @param midnight of the day, as if it were UTC */
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

/** How far a zone's clocks are ahead of UTC at a moment, both in milliseconds. */
type Clock = (moment: number) => number;

/** @throws RangeError for a zone that is not there */
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
