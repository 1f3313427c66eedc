import { defineEntity, p } from '@mikro-orm/core';
import { RUN_KINDS } from '../../vocabulary.ts';

/**
 * What runs are found by, beside their status: written by triggers when a run is created, when what it was asked is
 * changed, and when it fails or is cancelled, but never while it runs. An index of it can thus have the words, the
 * facets and the order, which are in different tables.
 */
export const RunSearch = defineEntity({
  name: 'RunSearch',
  tableName: 'run_search',
  indexes: [
    {
      name: 'run_search_newest',
      expression:
        'create index "run_search_newest" on "run_search" ("owner_id", "kind", "created_at" desc, "run_id" desc) where not "is_part"',
    },
    {
      // New rows are merged by workers (`mergeSearches`): the one that filled the list of them would wait for seconds.
      name: 'run_search_found',
      expression:
        'create index "run_search_found" on "run_search" using gin ("facets", "words") with (gin_pending_list_limit = 65536)',
    },
  ],
  properties: {
    runId: p.text().primary(),
    ownerId: p.text(),
    kind: p.enum(RUN_KINDS),
    /** Whether it is part of an execution: lists of runs do not have it. */
    isPart: p.boolean(),
    createdAt: p.datetime(6),
    /** Of `run_facet`: the values of columns, each with its name and the list that the run is in. */
    facets: p.string().columnType('bigint[]'),
    /** The words of its texts. */
    words: p.string().columnType('tsvector'),
  },
});
