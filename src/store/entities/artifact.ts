import { defineEntity, p } from '@mikro-orm/core';
import { ARTIFACT_TYPES } from '../../vocabulary.ts';
import { Run } from './run.ts';

/** A file saved by a run; it belongs to the run's owner. */
export const Artifact = defineEntity({
  name: 'Artifact',
  tableName: 'artifact',
  uniques: [{ name: 'artifact_run_name', properties: ['run', 'name'] }],
  properties: {
    id: p.text().primary(),
    run: () => p.manyToOne(Run).mapToPk().deleteRule('cascade').index(false),
    /** Unique within its run: saving under an existing name replaces the artifact. */
    name: p.text(),
    type: p.enum(ARTIFACT_TYPES),
    mediaType: p.text(),
    /** Bytes of `content`. */
    size: p.integer(),
    /** Hexadecimal SHA-256 of `content`. */
    sha256: p.text(),
    content: p.blob(),
    /** Whether the content was cut. */
    isTruncated: p.boolean(),
    createdAt: p.datetime(6).defaultRaw('clock_timestamp()'),
  },
});
