import type { Services, Viewer } from '../../context.ts';

/** Node's timers use 31 bits of milliseconds; credentials that expire later outlive any socket. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** For the response to the operation that revoked the credentials, which may have used the same socket. */
const RESPONSE_MS = 100;

/** Calls back once the credentials of a viewer have expired or were revoked. @returns a function that stops it. */
export type AtCredentialEnd = (viewer: Viewer | null, callback: (reason: string) => void) => () => void;

export function createAtCredentialEnd({ store }: Pick<Services, 'store'>): AtCredentialEnd {
  return (viewer, callback) => {
    if (!viewer) return () => {};
    const timers = [atExpiry(viewer, () => callback('credentials expired'))];
    const revoked = () => {
      stopWatching();
      timers.push(after(RESPONSE_MS, () => callback('credentials revoked')));
    };
    const stopWatching = viewer.credential
      ? store.credentialWatch.add(viewer.credential, (state) => {
          // After losing admin rights, the client must reconnect with fewer rights.
          if (!state || (viewer.isAdmin && !state.isAdmin)) revoked();
        })
      : () => {};
    return () => {
      stopWatching();
      for (const stop of timers) stop();
    };
  };
}

function atExpiry({ expiresAt }: Viewer, callback: () => void): () => void {
  const left = expiresAt ? expiresAt.getTime() - Date.now() : Infinity;
  return left > LONGEST_TIMER_MS ? () => {} : after(left, callback);
}

function after(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
