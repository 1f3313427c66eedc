import { jobPayloads } from '../store/job-queue.ts';
import type { JobContext } from './context.ts';

/** Called for at the end of a run, and when something is to be tried again; the rows say what is due. */
export async function deliver({ deliveries, stopping }: JobContext, payload: unknown): Promise<void> {
  await deliveries.send(jobPayloads.deliver.parse(payload).integrationId, stopping);
}
