import { describe, expect, test } from 'vitest';
import { nextTick, scheduleProblem } from '../../../src/rules/workflows/schedule.ts';

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

  test.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T10:00:00Z', '2026-03-29T01:30:00Z'],
    ['30 2 * * *', 'America/New_York', '2027-03-13T12:00:00Z', '2027-03-14T07:30:00Z'],
    ['0 2 * * *', 'America/Los_Angeles', '2027-03-13T12:00:00Z', '2027-03-14T10:00:00Z'],
    ['0 0 * * *', 'America/Santiago', '2026-09-05T12:00:00Z', '2026-09-06T04:00:00Z'],
    ['30 0 * * *', 'Africa/Cairo', '2027-04-29T12:00:00Z', '2027-04-29T22:30:00Z'],
    ['0 0 * * *', 'Asia/Beirut', '2027-03-27T12:00:00Z', '2027-03-27T22:00:00Z'],
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', '2026-10-03T15:45:00Z'],
    ['30 2 * * *', 'Australia/Sydney', '2026-10-03T00:00:00Z', '2026-10-03T16:30:00Z'],
    ['0 12 30 12 *', 'Pacific/Apia', '2011-12-29T00:00:00Z', '2011-12-30T22:00:00Z'],
    ['30 23 * * *', 'America/Godthab', '2023-03-25T12:00:00Z', '2023-03-26T01:30:00Z'],
  ])('%s in %s that clocks jump over comes when they have jumped', (cron, timeZone, now, next) => {
    expect(nextTick({ cron, timeZone }, new Date(now))).toEqual(new Date(next));
  });

  /** All ticks from one moment to another. */
  function ticks(cron: string, timeZone: string, from: string, to: string): string[] {
    const found: string[] = [];
    for (let at = new Date(from); ; ) {
      const next = nextTick({ cron, timeZone }, at);
      if (!next || next > new Date(to)) return found;
      found.push(next.toISOString().slice(11, 16));
      at = next;
    }
  }

  test.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T03:00:00Z', ['01:30']],
    ['30 1 * * *', 'America/New_York', '2026-11-01T03:00:00Z', '2026-11-01T08:00:00Z', ['06:30']],
    ['*/30 2 * * *', 'Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T03:00:00Z', ['01:00', '01:30']],
    ['15 1-2 * * *', 'Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T03:00:00Z', ['23:15', '01:15']],
  ])('%s in %s: an hour that clocks show twice comes once', (cron, zone, from, to, expected) => {
    expect(ticks(cron, zone, from, to)).toEqual(expected);
  });

  test.each([
    [
      '0 * * * *',
      'Europe/Berlin',
      '2026-10-24T22:30:00Z',
      '2026-10-25T02:00:00Z',
      ['23:00', '00:00', '01:00', '02:00'],
    ],
    [
      '*/30 * * * *',
      'America/New_York',
      '2026-11-01T04:30:00Z',
      '2026-11-01T06:30:00Z',
      ['05:00', '05:30', '06:00', '06:30'],
    ],
    [
      '45 0-23 * * *',
      'Europe/Berlin',
      '2026-10-24T23:00:00Z',
      '2026-10-25T02:00:00Z',
      ['23:45', '00:45', '01:45'],
    ],
    [
      '*/20 * * * *',
      'Australia/Lord_Howe',
      '2026-04-04T14:20:00Z',
      '2026-04-04T15:40:00Z',
      ['14:40', '15:10', '15:30'],
    ],
    [
      '*/15 * * * *',
      'Europe/Berlin',
      '2026-03-29T00:30:00Z',
      '2026-03-29T01:30:00Z',
      ['00:45', '01:00', '01:15', '01:30'],
    ],
    [
      '0 * * * *',
      'Europe/Berlin',
      '2026-03-28T23:30:00Z',
      '2026-03-29T02:00:00Z',
      ['00:00', '01:00', '02:00'],
    ],
  ])('%s in %s: intervals go on', (cron, zone, from, to, expected) => {
    expect([...new Set(ticks(cron, zone, from, to))]).toEqual(expected);
  });

  test('of any zone in any year come in order, and none before now', () => {
    for (const timeZone of [
      'Europe/Dublin',
      'Africa/Casablanca',
      'America/Havana',
      'Antarctica/Troll',
      'Asia/Tehran',
    ]) {
      for (const cron of ['30 2 * * *', '*/50 0 * * *', '0 */3 * * *']) {
        let at = new Date('2026-03-01T00:00:00Z');
        for (let n = 0; n < 25; n += 1) {
          const next = nextTick({ cron, timeZone }, at)!;
          expect(next.getTime()).toBeGreaterThan(at.getTime());
          at = next;
        }
      }
    }
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
    ['0 0 30 2 *', 'UTC', 'cron', /never occurs/],
    ['* * * * *', 'Mars/Phobos', 'timeZone', /time zone/],
    ['* * * * *', '', 'timeZone', /time zone/],
  ])('%s in %s', (cron, timeZone, member, message) => {
    const problem = scheduleProblem({ cron, timeZone }, new Date('2026-01-01T00:00:00Z'));
    expect(problem).toEqual({ member, message: expect.stringMatching(message) });
  });

  test('and one that can', () => {
    expect(scheduleProblem({ cron: '0 9 * * 1-5', timeZone: 'Europe/Berlin' }, new Date())).toBeNull();
  });
});
