/** What does the same in GraphQL, for a `Link` header. @param operation null: nothing in particular */
export function successorLink(operation: string | null): string {
  const title = operation === null ? '' : `; title="${operation}"`;
  return `</graphql>; rel="successor-version"${title}`;
}
