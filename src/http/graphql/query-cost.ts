import { complexityFromQuery } from '@pothos/plugin-complexity';
import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';

const MAX_DEPTH = 12;

/**
 * Rejects operations that would cost too much before they are executed; every response contains its cost.
 * @param limit by default about as many fields as can be resolved in a tenth of a second
 */
export function limitCost(limit: number): Plugin {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const { cost, errors } = measure(args as ExecutionArgs, limit);
      const extensions = { cost };
      if (errors.length > 0) return setResultAndStopExecution({ errors, extensions });
      return {
        onExecuteDone: ({ result, setResult }) => {
          if (!(Symbol.asyncIterator in result)) setResult({ ...result, extensions });
        },
      };
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const { cost, errors } = measure(args as ExecutionArgs, limit);
      if (errors.length > 0) setResultAndStopExecution({ errors, extensions: { cost } });
    },
  };
}

interface Cost {
  requested: number;
  limit: number;
}

/** Execution selects the operation again; without one there is nothing to execute. */
function measure(
  { schema, document, operationName, variableValues, contextValue }: ExecutionArgs,
  limit: number,
) {
  const operation = getOperationAST(document, operationName);
  const measured = operation
    ? complexityFromQuery(alone(document, operation), {
        schema,
        ctx: contextValue as object,
        variables: variableValues ?? {},
      })
    : { complexity: 0, depth: 0 };
  const cost: Cost = { requested: measured.complexity, limit };
  return { cost, errors: tooMuch(measured, limit) };
}

function alone({ kind, definitions }: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  return {
    kind,
    definitions: definitions.filter(
      (definition) => definition === operation || definition.kind === Kind.FRAGMENT_DEFINITION,
    ),
  };
}

function tooMuch(
  { complexity, depth }: { complexity: number; depth: number },
  limit: number,
): GraphQLError[] {
  const errors = [];
  if (depth > MAX_DEPTH)
    errors.push(refusal(`The query is ${depth} levels deep; at most ${MAX_DEPTH} are allowed.`));
  if (complexity > limit) {
    const remedy = 'request smaller pages or fewer fields';
    errors.push(refusal(`The query costs ${complexity}; at most ${limit} are allowed: ${remedy}.`));
  }
  return errors;
}

function refusal(message: string): GraphQLError {
  const http = { spec: true, status: 400 };
  return new GraphQLError(message, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http } });
}
