const CLOCK = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const AGO = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
const COUNT = new Intl.NumberFormat();

export const count = (value: number) => COUNT.format(value);
export const clock = (at: string) => CLOCK.format(new Date(at));

/** US dollars, with as many digits as a fraction of a cent needs. */
export function money(dollars: number): string {
  if (dollars === 0) return '$0';
  return `$${dollars >= 1 ? dollars.toFixed(2) : dollars.toPrecision(2)}`;
}

const UNITS = [
  { unit: 'second', seconds: 1, most: 60 },
  { unit: 'minute', seconds: 60, most: 3600 },
  { unit: 'hour', seconds: 3600, most: 86_400 },
  { unit: 'day', seconds: 86_400, most: Number.POSITIVE_INFINITY },
] as const;

/** "3 min. ago". */
export function ago(at: string, now = Date.now()): string {
  const passed = Math.max(0, now - Date.parse(at)) / 1000;
  const { unit, seconds } = UNITS.find(({ most }) => passed < most)!;
  return AGO.format(-Math.floor(passed / seconds), unit);
}

/** "1.2 s", "3 min 20 s". */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

/** Milliseconds from the start of something to its end, or until now. */
export function elapsed(startedAt: string, endedAt: string | null, now = Date.now()): number {
  return Math.max(0, (endedAt ? Date.parse(endedAt) : now) - Date.parse(startedAt));
}
