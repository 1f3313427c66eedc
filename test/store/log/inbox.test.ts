import { expect, test } from 'vitest';
import { createLocalBus } from '../../../src/store/log/bus.ts';
import type { LoggedEvent } from '../../../src/store/log/events.ts';
import { openInbox } from '../../../src/store/log/inbox.ts';
import type { Store } from '../../../src/store/store.ts';

const event = (seq: number, facts: object) =>
  ({ runId: 'a', seq, attempt: 1, at: new Date(), ...facts }) as LoggedEvent;

test.each([
  ['text', { type: 'TokensGenerated', data: { callId: 'c', text: 'x'.repeat(30_000) } }],
  ['results of tools', { type: 'ToolCallCompleted', data: { tool: 'terminal', output: 'x'.repeat(30_000) } }],
])('a reader that is slow to read long %s is sent to Postgres', (_what, facts) => {
  const bus = createLocalBus();
  const store = { bus, watch: { add: () => () => {} } } as unknown as Store;
  const inbox = openInbox(store, 'a', new AbortController().signal);
  inbox.catchUp();
  for (let seq = 1; seq <= 5; seq += 1) bus.publish('a', [event(seq, facts)]);
  expect(inbox.isBehind(0)).toBe(false);
  for (let seq = 6; seq <= 15; seq += 1) bus.publish('a', [event(seq, facts)]);
  expect(inbox.isBehind(0)).toBe(true);
  inbox.close();
});
