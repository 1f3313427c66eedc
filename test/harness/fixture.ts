import { afterAll, beforeAll } from 'vitest';

interface FixtureOptions<T> {
  /** Unless its own `stop` does it. */
  stop?: (started: T) => unknown;
  /** For what takes longer to start than other hooks may. */
  timeoutMs?: number;
}

/**
 * What the tests of a file, or of a `describe`, share: started once before them and stopped after them. Fixtures start in
 * the order of their declarations, each may use those above it, and they stop in reverse, also when a later one fails to
 * start. Not for modules that several test files import: they are loaded once for all of them.
 *
 * Not vitest's `test.extend`, whose fixtures only tests and hooks receive: most files have functions and tables that
 * name the server or its accounts, and each of them would have to be given what it needs.
 *
 * @returns a stand-in for what is started, so that functions of the file can name it. It is usable from the first test,
 * or the next fixture or `beforeAll`, on.
 */
export function fixture<T extends object>(start: () => T | Promise<T>, options: FixtureOptions<T> = {}): T {
  const { stop = stopItself, timeoutMs } = options;
  let started: T | undefined;
  beforeAll(async () => {
    started = await start();
  }, timeoutMs);
  afterAll(async () => {
    if (started) await stop(started);
    started = undefined;
  });
  return standIn(() => {
    if (!started) throw new Error('a fixture is used before it has started, or after it has stopped');
    return started;
  });
}

const stopItself = (started: { stop?: () => unknown }) => started.stop?.();

function standIn<T extends object>(current: () => T): T {
  return new Proxy({} as T, {
    get: (_, name) => Reflect.get(current(), name),
    set: (_, name, value) => Reflect.set(current(), name, value),
    has: (_, name) => Reflect.has(current(), name),
    ownKeys: () => Reflect.ownKeys(current()),
    // A proxy may only report what its own, empty target could have as well.
    getOwnPropertyDescriptor: (_, name) => {
      const found = Reflect.getOwnPropertyDescriptor(current(), name);
      return found && { ...found, configurable: true };
    },
  });
}
