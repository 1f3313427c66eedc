/** A state outside of React that grows while components show it. */
export interface Followed<State> {
  subscribe(onChange: () => void): () => void;
  getSnapshot(): State;
}

/**
 * Follows while it has subscribers, and continues from its state when one comes back, as StrictMode's second mount does.
 * @param follow ends with what it follows; its errors become part of the state
 */
export function createFollowed<State extends { error: Error | null }>(
  initial: State,
  follow: (
    state: Followed<State>['getSnapshot'],
    update: (part: Partial<State>) => void,
    signal: AbortSignal,
  ) => Promise<void>,
): Followed<State> {
  let state = initial;
  let controller: AbortController | null = null;
  const listeners = new Set<() => void>();

  function start(): AbortController {
    const own = new AbortController();
    const { signal } = own;
    const update = (part: Partial<State>) => {
      if (signal.aborted) return;
      state = { ...state, ...part };
      for (const listener of listeners) listener();
    };
    follow(() => state, update, signal).catch((error) => update({ error } as Partial<State>));
    return own;
  }
  return {
    subscribe(onChange) {
      listeners.add(onChange);
      controller ??= start();
      return () => {
        listeners.delete(onChange);
        if (listeners.size > 0) return;
        controller?.abort();
        controller = null;
      };
    },
    getSnapshot: () => state,
  };
}
