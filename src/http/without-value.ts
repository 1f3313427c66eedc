/** Where graphql-js prints the value that it was given, which may be a password or a token. */
const PRINTED: readonly [pattern: RegExp, instead: string][] = [
  [/[,;] found: .*$/s, '.'],
  [
    /^((?:Expected value of type "[^"]*", but encountered error ")?\w+ cannot represent [\w -]*value): .*$/s,
    '$1.',
  ],
  [/^(Enum "\w+" cannot represent [\w -]*value): .*$/s, '$1.'],
  [/^Value ".*" does not exist in "(\w+)" enum\..*$/s, 'Value does not exist in "$1" enum.'],
];

/** A message of graphql-js about a value, without the value. */
export function withoutValue(message: string): string {
  return PRINTED.reduce((text, [pattern, instead]) => text.replace(pattern, instead), message);
}
