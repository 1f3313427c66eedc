/** The id that GraphQL prints: opaque, and unique over all types. */
export function globalId(typename: string, id: string | number | bigint): string {
  return Buffer.from(`${typename}:${id}`).toString('base64url');
}
