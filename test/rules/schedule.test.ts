import { describe, expect, test } from 'vitest';
import { nextTick, scheduleFault } from '../../src/rules/schedule.ts';

describe('the next tick', () => {
  test.each([
    ['* * * * *', 'UTC', '2026-11-21T10:00:30Z', '2026-11-21T10:01:00Z'],
    ['* * * * *', 'UTC', '2026-11-21T10:01:00Z', '2026-11-21T10:02:00Z'],
    ['*/15 8-9 * * *', 'UTC', '2026-11-21T09:50:00Z', '2026-11-22T08:00:00Z'],
    ['0 9 * * 1', 'Europe/Berlin', '2026-11-21T10:00:00Z', '2026-11-23T08:00:00Z'],
    ['0 0 * * 7', 'UTC', '2026-11-21T10:00:00Z', '2026-11-22T00:00:00Z'],
    ['0 0 13 * 5', 'UTC', '2026-11-21T10:00:00Z', '2026-11-27T00:00:00Z'],
    ['0 0 29 2 *', 'UTC', '2096-03-01T00:00:00Z', '2104-02-29T00:00:00Z'],
    ['30 23 31 12 *', 'Asia/Kathmandu', '2026-11-21T10:00:00Z', '2026-12-31T17:45:00Z'],
    ['0 0 * * *', 'Pacific/Kiritimati', '2026-11-21T09:59:00Z', '2026-11-21T10:00:00Z'],
  ])('of %s in %s after %s is %s', (cron, timeZone, now, next) => {
    expect(nextTick({ cron, timeZone }, new Date(now))).toEqual(new Date(next));
  });

  test('that clocks jump over comes when they have jumped', () => {
    const daily = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };
    expect(nextTick(daily, new Date('2026-03-28T10:00:00Z'))).toEqual(new Date('2026-03-29T01:30:00Z'));
  });

  test('that clocks show twice comes once', () => {
    const daily = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };
    const first = nextTick(daily, new Date('2026-10-24T10:00:00Z'))!;
    expect(first).toEqual(new Date('2026-10-25T01:30:00Z'));
    expect(nextTick(daily, first)).toEqual(new Date('2026-10-26T01:30:00Z'));
  });
});

describe('a schedule that cannot be kept', () => {
  test.each([
    ['* * * *', 'UTC', 'cron', /five fields/],
    ['* * * * * *', 'UTC', 'cron', /five fields/],
    ['@daily', 'UTC', 'cron', /five fields/],
    ['60 * * * *', 'UTC', 'cron', /0-59/],
    ['5-2 * * * *', 'UTC', 'cron', /range '5-2'/],
    ['*/0 * * * *', 'UTC', 'cron', /greater than zero/],
    ['0 0 30 2 *', 'UTC', 'cron', /never comes/],
    ['* * * * *', 'Mars/Phobos', 'timeZone', /time zone/],
    ['* * * * *', '', 'timeZone', /time zone/],
  ])('%s in %s', (cron, timeZone, member, message) => {
    const fault = scheduleFault({ cron, timeZone }, new Date('2026-01-01T00:00:00Z'));
    expect(fault).toEqual({ member, message: expect.stringMatching(message) });
  });

  test('and one that can', () => {
    expect(scheduleFault({ cron: '0 9 * * 1-5', timeZone: 'Europe/Berlin' }, new Date())).toBeNull();
  });
});
