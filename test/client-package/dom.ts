import { setImmediate as nextTurn } from 'node:timers/promises';
import { Window } from 'happy-dom';

const NAMES = ['window', 'document'] as const;

/** What React needs of a browser, until `stop`: test files share their globals. */
export function startDom() {
  const window = new Window();
  const before = NAMES.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  const values = { window, document: window.document };
  for (const name of NAMES) {
    Object.defineProperty(globalThis, name, { value: values[name], configurable: true, writable: true });
  }
  return {
    root: window.document.body as unknown as Element,
    async stop() {
      // What React has left to do after an unmount.
      for (let turn = 0; turn < 5; turn += 1) await nextTurn();
      for (const [index, name] of NAMES.entries()) {
        const descriptor = before[index];
        if (descriptor) Object.defineProperty(globalThis, name, descriptor);
        else Reflect.deleteProperty(globalThis, name);
      }
      await window.happyDOM.close();
    },
  };
}
