import { getNamedType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { NODE_NAMES } from '../../src/resolvers/nodes/nodes.ts';
import { schema } from '../../src/schema/index.ts';

/** Names that somebody else gave: the provider of a model, and the header of a webhook. */
const FOREIGN = ['Model.modelId', 'CreateModelInput.modelId', 'Delivery.webhookId'];

const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
const isNode = (name: string) => {
  const type = schema.getType(name);
  return (
    name === 'Node' ||
    ((isObjectType(type) || isInterfaceType(type)) && type.getInterfaces().some((one) => one.name === 'Node'))
  );
};

const fields = types.flatMap((type) =>
  isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
    ? Object.values(type.getFields()).map((field) => ({
        place: `${type.name}.${field.name}`,
        of: type.name,
        isInput: isInputObjectType(type),
        name: field.name,
        type: String(field.type),
        named: String(getNamedType(field.type)),
      }))
    : [],
);

describe('an id is an id', () => {
  test('what has an id is a node, and its id is an ID', () => {
    const shown = fields.filter(({ name, isInput }) => name === 'id' && !isInput);
    expect(shown.filter(({ of }) => !isNode(of)).map(({ place }) => place)).toEqual([]);
    expect(shown.filter(({ type }) => type !== 'ID!').map(({ place }) => place)).toEqual([]);
    expect(shown.length).toBeGreaterThan(NODE_NAMES.length);
  });

  test('every field that is named after an id holds one that `node` finds', () => {
    const named = fields.filter(({ name }) => /^id$|Ids?$/.test(name));
    const others = named.filter(({ named }) => named !== 'ID').map(({ place }) => place);
    expect(others.toSorted()).toEqual(FOREIGN.toSorted());
  });

  test('what is unique only in its parent is a key, which is text', () => {
    const keys = fields.filter(({ name }) => /^key$|(Step|Call)Key$/.test(name));
    expect(keys.filter(({ type }) => type !== 'String!').map(({ place }) => place)).toEqual([]);
    expect(keys.filter(({ of }) => isNode(of)).map(({ place }) => place)).toEqual([]);
  });

  test('`node` finds every type of node', () => {
    const node = schema.getType('Node');
    if (!isInterfaceType(node)) throw new Error('there is no Node');
    const names = schema.getPossibleTypes(node).map(({ name }) => name);
    expect(names.toSorted()).toEqual(NODE_NAMES.toSorted());
  });
});
