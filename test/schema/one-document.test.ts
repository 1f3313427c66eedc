import { type GraphQLField, GraphQLInterfaceType, getNamedType, isLeafType, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/schema/index.ts';

/** The same name in two types of `parameters` is known, and needs an alias. */
const DIFFERENT: Readonly<Record<string, readonly string[]>> = { Run: ['parameters'], RunEvent: [] };

const selectionOf = ({ name, type }: GraphQLField<unknown, unknown>) =>
  isLeafType(getNamedType(type)) ? name : `${name} { __typename }`;

describe.each(['RunEvent', 'Run'])('%s', (name) => {
  test('all fields of all its types can be selected in one document', () => {
    const type = schema.getType(name);
    if (!(type instanceof GraphQLInterfaceType)) throw new Error(`${name} is not an interface`);
    const fragments = schema.getPossibleTypes(type).map((each) => {
      const fields = Object.values(each.getFields()).filter(
        (field) => !DIFFERENT[name]!.includes(field.name),
      );
      return `... on ${each.name} { ${fields.map(selectionOf).join(' ')} }`;
    });
    const selection = `{ ${fragments.join(' ')} }`;
    const document = name === 'Run' ? selection : `{ events { nodes ${selection} } }`;
    expect(validate(schema, parse(`{ run(id: "x") ${document} }`)).map(({ message }) => message)).toEqual([]);
  });
});
