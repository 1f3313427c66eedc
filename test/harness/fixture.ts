import { afterAll, beforeAll } from 'vitest';

interface FixtureOptions<T> {
  /** How to stop it; by default, its own `stop` is called. */
  stop?: (started: T) => unknown;
  /** For fixtures that take longer to start than the hook timeout allows. */
  timeoutMs?: number;
}

/**
 * A resource that the tests of a file or a `describe` share, started once before them and stopped after them. Fixtures
 * start in order of declaration, may use earlier ones, and stop in reverse, even if a later one fails to start. Not for
 * modules that several test files import: they are loaded once for all of them.
 *
 * vitest's `test.extend` is not used because it passes fixtures only to tests and hooks: most files have functions and
 * tables that refer to the server or its accounts, and each would need them as arguments.
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
