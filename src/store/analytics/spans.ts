/** From the first time up to but excluding the second, if any. */
export interface Span {
  from: Date;
  to: Date | null;
}

/** Whole hours, days and months in UTC that add up to a period, and the rest of it. */
export interface Spans {
  hours: Span[];
  days: Span[];
  /** Whole months within `days`, and the days around them. */
  months: Span[];
  daysOfMonths: Span[];
  rest: Span[];
}

/** The beginning of the hour, day or month of a time. */
type Floor = (time: Date) => Date;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const hour: Floor = (time) => new Date(Math.floor(time.getTime() / HOUR_MS) * HOUR_MS);
const day: Floor = (time) => new Date(Math.floor(time.getTime() / DAY_MS) * DAY_MS);
const month: Floor = (time) => {
  const begin = day(time);
  begin.setUTCDate(1);
  return begin;
};

/** The first beginning of one at or after a time. @param longest milliseconds that one has at most */
function next(time: Date, floor: Floor, longest: number): Date {
  const begin = floor(time);
  return begin < time ? floor(new Date(begin.getTime() + longest)) : begin;
}

export function spansOf(window: Span): Spans {
  const byHour = split(window, hour, HOUR_MS);
  const byDay = byHour.whole.map((hours) => split(hours, day, DAY_MS));
  const days = byDay.flatMap(({ whole }) => whole);
  const byMonth = days.map((span) => split(span, month, 31 * DAY_MS));
  return {
    hours: byDay.flatMap(({ rest }) => rest),
    days,
    months: byMonth.flatMap(({ whole }) => whole),
    daysOfMonths: byMonth.flatMap(({ rest }) => rest),
    rest: byHour.rest,
  };
}

/** The whole units of a period, if there are any, and what is before and after them. */
function split({ from, to }: Span, floor: Floor, longest: number): { whole: Span[]; rest: Span[] } {
  const [begin, end] = [next(from, floor, longest), to && floor(to)];
  if (end && begin >= end) return { whole: [], rest: [{ from, to }] };
  const rest = [
    ...(from < begin ? [{ from, to: begin }] : []),
    ...(to && end && end < to ? [{ from: end, to }] : []),
  ];
  return { whole: [{ from: begin, to: end }], rest };
}
