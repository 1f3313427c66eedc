import { beforeAll, describe, expect, test } from 'vitest';
import { fixture } from '../harness/fixture.ts';
import { ADMIN_SHARES } from './administrator.ts';
import { mask } from './compare.ts';
import {
  differencesOf,
  differencesOfAll,
  ownOf,
  request,
  TRIED_ROWS,
  type TriedRow,
} from './dialect-attempts.ts';
import { typeNamedBy } from './parts.ts';
import { openSweep, SWEEP_MS, type Sweep } from './sweep.ts';

let before: Awaited<ReturnType<Sweep['stateOfAlice']>>;

const sweep = fixture(openSweep, { timeoutMs: SWEEP_MS });
beforeAll(async () => {
  before = await sweep.stateOfAlice();
}, SWEEP_MS);

/** A call that comes to this tries nothing. */
const NO_CALL = [400, 404, 405, 415, 422];

/** What Bob owns cannot be used so, and the reason. */
const REFUSED: Record<string, string> = {
  'POST /api/v1/models/{model_id}/select': 'a model of his own has no price',
};

const callersOf = ({ name }: TriedRow) =>
  sweep.callers.filter(({ isAdmin }) => !(isAdmin && ADMIN_SHARES.includes(name)));

describe.each(TRIED_ROWS)('$dialect $name', (tried) => {
  const mount = `/${tried.dialect}`;
  const idPlaces = tried.places.filter((place) => typeNamedBy(place.at(-1)!) !== null);
  const namesSomething = idPlaces.length > 0;

  // Bob has nothing left to delete for another call.
  if (tried.row.method !== 'DELETE') {
    test('a generated request is valid, and shows nothing of Alice', async () => {
      const filling = { own: ownOf(sweep, tried), place: null, value: '' };
      for (const caller of sweep.callers.filter(({ isAdmin, isRunToken }) => !isAdmin && !isRunToken)) {
        const { status, text } = await request(sweep, caller, tried, filling, mount);
        if (!(tried.name in REFUSED)) {
          expect(NO_CALL, `say in test/sweep/parts.ts what it needs: ${text}`).not.toContain(status);
        }
        expect(text).not.toContain(sweep.alice.canary);
      }
    });
  }

  test('what is Alice’s looks to others like what is not there', async () => {
    const found: string[] = [];
    for (const caller of callersOf(tried)) {
      if (namesSomething) found.push(...(await differencesOfAll(sweep, caller, tried, mount)));
      const places = tried.row.wait || !caller.isThorough ? idPlaces : tried.places;
      for (const place of places) found.push(...(await differencesOf(sweep, caller, tried, place, mount)));
    }
    expect(found).toEqual([]);
  });

  if (!namesSomething) return;
  test('nor at the root, where a header says whose path it is', async () => {
    const found: string[] = [];
    for (const caller of callersOf(tried)) {
      found.push(...(await differencesOfAll(sweep, caller, tried, '')));
    }
    expect(found).toEqual([]);
  });
});

test('whatever was tried, all of Alice is as it was', async () => {
  const { shown, rows } = await sweep.stateOfAlice();
  expect(rows).toEqual(before.rows);
  expect(mask(JSON.stringify(shown), '')).toEqual(mask(JSON.stringify(before.shown), ''));
});
