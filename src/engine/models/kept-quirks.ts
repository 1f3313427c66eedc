import type { KeptQuirks } from '../../providers/quirks/memory.ts';
import { isQuirk } from '../../providers/quirks/quirk.ts';
import type { Database } from '../../store/database/database.ts';
import { addModelQuirk, readModelLimits, readModelQuirks } from '../../store/models/quirks.ts';

/** Quirks of models, stored in the catalog. */
export function createKeptQuirks(database: Database): KeptQuirks {
  return {
    read: async (reference) => (await readModelQuirks(database, reference)).filter(isQuirk),
    readLimits: (reference) => readModelLimits(database, reference),
    add: (reference, quirk) => addModelQuirk(database, reference, quirk),
  };
}
