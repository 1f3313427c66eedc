import { type ASTNode, Kind } from 'graphql';

/**
 * The path of the value at the end of a chain of AST nodes: argument, fields and indices, as in
 * `input.parameters.stop.1`; null when it is not an input.
 * @param way the ancestors as passed by `visit`, and the node itself
 * @param message of the error there: it names what is missing from an object or a call
 */
export function fieldAt(way: readonly (ASTNode | readonly ASTNode[])[], message: string): string | null {
  const names = way.flatMap((step, index) => nameOf(step, way[index - 1], way[index + 1]));
  const missing = missingFrom(message);
  if (missing) names.push(missing);
  return names.length === 0 ? null : names.join('.');
}

function nameOf(
  step: ASTNode | readonly ASTNode[],
  before: ASTNode | readonly ASTNode[] | undefined,
  after: ASTNode | readonly ASTNode[] | undefined,
): string[] {
  if (isMany(step))
    return isMany(before) || before?.kind !== Kind.LIST ? [] : [String(step.indexOf(after as ASTNode))];
  if (step.kind === Kind.ARGUMENT || step.kind === Kind.OBJECT_FIELD) return [step.name.value];
  return [];
}

function isMany(step: ASTNode | readonly ASTNode[] | undefined): step is readonly ASTNode[] {
  return Array.isArray(step);
}

/** A missing value has no node of its own. */
function missingFrom(message: string): string | undefined {
  const argument = /^Argument "[^"]*\((\w+):\)" of type .* is required/.exec(message);
  const field = /^Expected value of type "\w+" to include required field "(\w+)"/.exec(message);
  return (argument ?? field)?.[1];
}
