/**
 * The text of an operation, with the types of its result and variables: the `DocumentTypeDecoration` of GraphQL Code
 * Generator and gql.tada, whose documents of either form are accepted too.
 */
export type TypedDocument<Result, Variables> = string & DocumentTypes<Result, Variables>;

export interface DocumentTypes<Result, Variables> {
  /** Exists only for the compiler. */
  __apiType?: (variables: Variables) => Result;
}
