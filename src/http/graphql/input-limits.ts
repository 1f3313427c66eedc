import {
  type ExecutionArgs,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getOperationAST,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Every value is validated two or three times; an object takes some microseconds each time. */
const MAX_VALUES = 10_000;
/** An object counts as several values, because validating it takes longer. */
const OBJECT_WEIGHT = 4;

/**
 * Rejects variables with too many values before any is validated. A value of the scalar JSON counts as one.
 */
export const limitInput: Plugin = {
  onExecute({ args, setResultAndStopExecution }) {
    const error = tooManyValues(args as ExecutionArgs);
    if (error) setResultAndStopExecution({ errors: [error] });
  },
  onSubscribe({ args, setResultAndStopExecution }) {
    const error = tooManyValues(args as ExecutionArgs);
    if (error) setResultAndStopExecution({ errors: [error] });
  },
};

function tooManyValues({
  schema,
  document,
  operationName,
  variableValues,
}: ExecutionArgs): GraphQLError | null {
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  let left = MAX_VALUES;
  for (const { variable, type } of definitions) {
    const field = variable.name.value;
    left -= countValues(typeOf(schema, type), variableValues?.[field], left);
    if (left < 0) return refusal(field);
  }
  return null;
}

type TypeNode = Parameters<typeof typeFromAST>[1];

function typeOf(schema: GraphQLSchema, node: TypeNode): GraphQLInputType | undefined {
  const type = typeFromAST(schema, node);
  return isInputType(type) ? type : undefined;
}

/** Counts values, and stops above `most`. */
function countValues(type: GraphQLInputType | undefined, value: unknown, most: number): number {
  if (isNonNullType(type)) return countValues(type.ofType, value, most);
  if (typeof value !== 'object' || value === null) return 1;
  if (isListType(type)) return Array.isArray(value) ? countAll(1, value, () => type.ofType, most) : 1;
  if (!isInputObjectType(type)) return 1;
  const fields = type.getFields();
  const names = Object.keys(fields).filter((name) => name in value);
  const values = names.map((name) => (value as Record<string, unknown>)[name]);
  return countAll(OBJECT_WEIGHT, values, (index) => fields[names[index]!]!.type, most);
}

function countAll(
  own: number,
  values: readonly unknown[],
  typeAt: (index: number) => GraphQLInputType,
  most: number,
): number {
  let count = own;
  for (let index = 0; index < values.length && count <= most; index += 1) {
    count += countValues(typeAt(index), values[index], most - count);
  }
  return count;
}

function refusal(field: string): GraphQLError {
  const message = `${field}: must have at most ${MAX_VALUES} values; send fewer in one request`;
  const http = { spec: true, status: 400 };
  const extensions = { code: 'VALIDATION_ERROR', field, issues: [{ field, message }], http };
  return new GraphQLError(message, { extensions });
}
