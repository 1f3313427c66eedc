/** Every id of GraphQL that an answer has in a field of ids: `id`, `agentId`, `taskIds`. */
export function idsIn(value: unknown, name = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => idsIn(one, name));
  if (typeof value === 'string') return IS_ID.test(name) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([member, below]) => idsIn(below, member));
}

/** A model's id is the vendor's name for it. */
const IS_ID = /^(?!model)(\w*Ids?|id)$/;
