import { Activity, type ActivitySubscription } from '../documents.ts';
import type { RequestOptions, Subscribe } from './subscribe.ts';

export type ActivityItem = NonNullable<ActivitySubscription['activity']>;

export interface ActivityOptions extends RequestOptions {
  /** The last cursor that was processed; default: from now on. */
  after?: string | undefined;
}

/**
 * The events of all runs of the account, without text, and what is created, edited or deleted. The first item has neither
 * an event nor a change: what happens from then on is delivered, so that a list that is read after it misses nothing.
 */
export async function* followActivity(
  subscribe: Subscribe,
  { after, signal }: ActivityOptions = {},
): AsyncGenerator<ActivityItem, void, undefined> {
  for await (const { activity } of subscribe(Activity, { after: after ?? null }, { signal })) {
    if (activity) yield activity;
  }
}
