import type { OperationLimits, Services } from '../../context.ts';
import { coerceError } from '../../errors.ts';

/** Counts runs that this process creates without a request. @returns a function that stops it */
export function recordCreatedRuns(
  { created }: Pick<Services['store'], 'created'>,
  limits: OperationLimits,
  log: Services['log'],
): () => void {
  const record = ({ ownerId, count }: { ownerId: string; count: number }) => {
    limits.recordRuns(ownerId, count).catch((error: unknown) => {
      log.error({ error: coerceError(error).stack }, 'created runs were not counted');
    });
  };
  created.on('runs', record);
  return () => void created.off('runs', record);
}
