import type { FieldIssue } from '../../errors.ts';
import { withoutValue } from './without-value.ts';

/**
 * The invalid field of a variable. graphql-js names it only in its message, but before anything that a client
 * controls; null when the message is about something else.
 */
export function variableIssue(message: string): FieldIssue | null {
  const parts = /^Variable "\$(\w+)" has invalid (?:default )?value(?: at ([\w.[\]]+))?: (.*)$/s.exec(
    message,
  );
  if (!parts) return null;
  const [, name = '', path = '', reason = ''] = parts;
  return {
    field: `${name}${path.replaceAll(/\[(\d+)\]/g, '.$1')}${namedInside(reason)}`,
    message: withoutValue(reason),
  };
}

/** The field that is missing from, or unknown to, the object that the message is about. */
function namedInside(message: string): string {
  const name = /^Expected value of type "\w+" (?:to include required|not to include unknown) field "(.*?)"/s;
  const found = name.exec(message)?.[1];
  return found === undefined ? '' : `.${found}`;
}
