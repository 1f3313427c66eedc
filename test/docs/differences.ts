type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * Where an answer that a page shows has another shape than the real one: other members, or values of another type. A null
 * on either side fits everything, and a list may be shown in part.
 */
export function differences(shown: unknown, real: unknown, path = 'the answer'): string[] {
  return compare(shown as Json, real as Json, path);
}

function compare(shown: Json, real: Json, path: string): string[] {
  if (shown === null || real === null) return [];
  const [shownType, realType] = [typeOf(shown), typeOf(real)];
  if (shownType !== realType) return [`${path} is a ${realType}, the page shows a ${shownType}`];
  if (Array.isArray(shown) && Array.isArray(real)) return compareLists(shown, real, path);
  if (shownType === 'object') return compareObjects(shown as Members, real as Members, path);
  return [];
}

type Members = { [name: string]: Json };

function compareLists(shown: Json[], real: Json[], path: string): string[] {
  const [first] = real;
  if (first === undefined) return shown.length > 0 ? [`${path} is empty`] : [];
  return shown.flatMap((item, index) => compare(item, real[index] ?? first, `${path}.${index}`));
}

function compareObjects(shown: Members, real: Members, path: string): string[] {
  const names = new Set([...Object.keys(shown), ...Object.keys(real)]);
  return [...names].flatMap((name) => {
    if (!Object.hasOwn(shown, name)) return [`${path}.${name} is missing on the page`];
    if (!Object.hasOwn(real, name)) return [`${path}.${name} does not exist`];
    return compare(shown[name]!, real[name]!, `${path}.${name}`);
  });
}

function typeOf(value: Json): string {
  if (Array.isArray(value)) return 'list';
  return value === null ? 'null' : typeof value;
}
