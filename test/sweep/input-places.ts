import {
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
} from 'graphql';
import type { Field } from './documents.ts';
import type { Values } from './inputs.ts';
import type { Place } from './parts.ts';

export interface InputPlace {
  path: Place;
  /** `CreateTaskInput.model`; of an argument of its own `Query.task.id`. */
  name: string;
  /** Whether it takes any text, apart from its length and form. */
  takesText: boolean;
  takesId: boolean;
}

const OF_TEXT = ['String', 'ID', 'JSON', 'DateTime'];

/** Every argument of a field and every member of its inputs, objects and lists included. */
export function inputPlaces(root: string, { name, args }: Field): InputPlace[] {
  return args.flatMap((one) => placesBelow(one.type, [one.name], `${root}.${name}.${one.name}`, []));
}

function placesBelow(
  type: GraphQLInputType,
  path: readonly string[],
  name: string,
  above: readonly string[],
): InputPlace[] {
  const named = getNamedType(type);
  const place = { path, name, takesText: OF_TEXT.includes(named.name), takesId: named.name === 'ID' };
  if (!isInputObjectType(named) || above.includes(named.name)) return [place];
  const members = Object.values(named.getFields());
  return [
    place,
    ...members.flatMap((one) =>
      placesBelow(one.type, [...path, one.name], `${named.name}.${one.name}`, [...above, named.name]),
    ),
  ];
}

/** A word without quotation marks, which is an enum value to GraphQL. */
export class Word {
  text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** The arguments of a field as literals. */
export function literalArguments({ args }: Field, values: Values): string {
  const given = args.filter(({ name }) => name in values);
  return given.map(({ name, type }) => `${name}: ${literal(values[name], type)}`).join(', ');
}

/** @param type what is expected; undefined: something else. */
function literal(value: unknown, type: GraphQLInputType | undefined): string {
  const expected = type && getNullableType(type);
  if (value instanceof Word) return value.text;
  if (Array.isArray(value)) {
    const ofItems = isListType(expected) ? expected.ofType : undefined;
    return `[${value.map((item) => literal(item, ofItems)).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const named = expected && getNamedType(expected);
    const fields = isInputObjectType(named) ? named.getFields() : {};
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{ ${members.map(([name, member]) => `${name}: ${literal(member, fields[name]?.type)}`).join(', ')} }`;
  }
  const isWord = isEnumType(expected) && typeof value === 'string' && expected.getValue(value) !== undefined;
  return isWord ? value : (JSON.stringify(value) ?? 'null');
}
