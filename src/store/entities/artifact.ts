import { defineEntity, p } from '@mikro-orm/core';
import { ARTIFACT_TYPES } from '../../vocabulary.ts';
import { Run } from './run.ts';

/** A file that a run leaves; its owner is the run's. */
export const Artifact = defineEntity({
  name: 'Artifact',
  tableName: 'artifact',
  uniques: [{ name: 'artifact_run_name', properties: ['run', 'name'] }],
  properties: {
    id: p.text().primary(),
    run: () => p.manyToOne(Run).mapToPk().deleteRule('cascade').index(false),
    /** Unique in its run: what is saved again under a name takes its place. */
    name: p.text(),
    type: p.enum(ARTIFACT_TYPES),
    mediaType: p.text(),
    /** Bytes of `content`. */
    size: p.integer(),
    /** SHA-256 of `content` in hex. */
    sha256: p.text(),
    content: p.blob(),
    /** Whether what made it had more than this. */
    isTruncated: p.boolean(),
    createdAt: p.datetime(6).defaultRaw('clock_timestamp()'),
  },
});
