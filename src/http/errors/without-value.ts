/** Where graphql-js prints the given value, which may be a password or a token. */
const PRINTED: readonly [pattern: RegExp, instead: string][] = [
  [/[,;] found: .*$/s, '.'],
  // After a suggestion.
  [/\? Found: .*$/s, '?'],
  [
    /^((?:Expected value of type "[^"]*", but encountered error ")?\w+ cannot represent [\w -]*value): .*$/s,
    '$1.',
  ],
  [
    /^(Expected value of type "DateTime", but encountered error "DateTime cannot represent .*?(?:string|timestamp|Date type)) .*$/s,
    '$1".',
  ],
  [/^(DateTime cannot represent .*?(?:string|timestamp|Date type)) .*$/s, '$1.'],
  [/^(Enum "\w+" cannot represent [\w -]*value): .*$/s, '$1.'],
  // Text between quotation marks, and words and numbers that may have been meant to be quoted. Line and
  // column locate the error.
  [/^(Syntax Error: .*?)\b(String|BlockString|Name|Int|Float) ".*"\.$/s, '$1$2.'],
  [/^(Syntax Error: Invalid (?:Unicode|character) escape sequence): .*$/s, '$1.'],
  [/^Value ".*" does not exist in "(\w+)" enum\..*$/s, 'Value does not exist in "$1" enum.'],
];

/** A message of graphql-js about a value, without the value. */
export function withoutValue(message: string): string {
  return PRINTED.reduce((text, [pattern, instead]) => text.replace(pattern, instead), message);
}
