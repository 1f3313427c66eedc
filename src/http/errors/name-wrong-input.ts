import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  visit,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { fieldAt } from './field-at.ts';
import { variableIssue } from './variable-issue.ts';
import { withoutValue } from './without-value.ts';

/** A list with a million invalid values is reported as if it had these few. */
const MAX_ISSUES = 20;

/** Rejects values that do not match the schema with the names of their fields, in literals and variables. */
export const nameWrongInput: Plugin = {
  onValidate: ({ params }) => {
    return ({ result }) => {
      const errors = result as GraphQLError[];
      nameFields(params.documentAST, errors);
      for (const error of errors) error.message = withoutValue(error.message);
    };
  },
  onExecute: ({ args, setResultAndStopExecution }) => {
    const error = wrongVariables(args as ExecutionArgs);
    if (error) setResultAndStopExecution({ errors: [error] });
  },
  onSubscribe: ({ args, setResultAndStopExecution }) => {
    const error = wrongVariables(args as ExecutionArgs);
    if (error) setResultAndStopExecution({ errors: [error] });
  },
};

/** The errors of a document are cached with it, so their fields are added once and in place. */
function nameFields(document: DocumentNode, errors: readonly GraphQLError[]): void {
  const unnamed = new Map(
    errors
      .filter((error) => error.nodes && error.extensions.field === undefined)
      .map((error) => [error.nodes!.at(-1)!, error]),
  );
  if (unnamed.size === 0) return;
  visit(document, {
    enter(node, _key, parent, _path, ancestors) {
      const error = unnamed.get(node);
      const field = error && fieldAt([...ancestors, parent ?? document, node], error.message);
      if (field) error.extensions.field = field;
    },
  });
}

/** One error for all variables, in the same form as an invalid input of a use case. */
function wrongVariables({ schema, document, operationName, variableValues }: ExecutionArgs) {
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  const values = getVariableValues(schema, definitions, variableValues ?? {}, { maxErrors: MAX_ISSUES });
  if (!values.errors) return null;
  const issues = values.errors.flatMap(({ message }) => variableIssue(message) ?? []);
  return new GraphQLError(issues.map(({ field, message }) => `${field}: ${message}`).join('; '), {
    nodes: values.errors[0]?.nodes,
    extensions: {
      code: 'VALIDATION_ERROR',
      field: issues[0]?.field,
      issues,
      http: { spec: true, status: 400 },
    },
  });
}
