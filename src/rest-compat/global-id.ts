/** The id that GraphQL prints, out of the one that the old documents show. */
export function globalId(type: 'Session' | 'Task' | 'Artifact', id: string): string {
  return Buffer.from(`${type}:${id}`).toString('base64url');
}
