import { useSyncExternalStore } from 'react';

let isConnected = true;
const listeners = new Set<() => void>();

export function reportConnection(value: boolean): void {
  isConnected = value;
  for (const listener of listeners) listener();
}

/** Whether events of the server arrive. */
export function useConnection(): boolean {
  return useSyncExternalStore(listen, () => isConnected);
}

function listen(onChange: () => void): () => void {
  listeners.add(onChange);
  return () => listeners.delete(onChange);
}
