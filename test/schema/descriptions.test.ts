import { type GraphQLNamedType, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/schema/index.ts';

interface Described {
  name: string;
  description?: string | null | undefined;
}

/** The paths of a type and of all that is part of it, with their descriptions. */
function describedIn(type: GraphQLNamedType): Described[] {
  const { name } = type;
  const below = (path: string, parts: readonly Described[]) =>
    parts.map((part) => ({ ...part, name: `${path}.${part.name}` }));
  if (isEnumType(type)) return [type, ...below(name, type.getValues())];
  if (isInputObjectType(type)) return [type, ...below(name, Object.values(type.getFields()))];
  if (!isObjectType(type) && !isInterfaceType(type)) return [type];
  const fields = Object.values(type.getFields());
  return [
    type,
    ...below(name, fields),
    ...fields.flatMap((field) => below(`${name}.${field.name}`, field.args)),
  ];
}

/** The argument `input`, which its type describes. */
const isInput = ({ name }: Described) => /^(Mutation|Query)\.\w+\.input$/.test(name);

test('every type, field, argument and enum value of the schema has a description', () => {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const silent = types.flatMap(describedIn).filter((part) => !part.description?.trim() && !isInput(part));
  expect(silent.map(({ name }) => name)).toEqual([]);
});
