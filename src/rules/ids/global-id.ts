/** The global id in GraphQL: opaque, and unique across all types. */
export function globalId(typename: string, id: string | number | bigint): string {
  return Buffer.from(`${typename}:${id}`).toString('base64url');
}
