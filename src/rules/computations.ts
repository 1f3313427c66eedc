import { type FieldIssue, firstIssues } from '../errors.ts';
import { type Answer, readAnswer, schemaProblem } from './answers/schema.ts';
import { renderLiquid } from './liquid/liquid.ts';
import { TooComplex, type Watch } from './liquid/watch.ts';
import { definitionProblems } from './templates/definition.ts';
import type { TemplateDefinition } from './templates/template.ts';
import { replyTo, type StepQuestion, type StepReply } from './workflows/liquid.ts';
import { workflowProblems } from './workflows/problems.ts';
import type { WorkflowStep } from './workflows/workflow.ts';

/** A JSON Schema with the field it was given in. */
export interface PlacedSchema {
  field: string;
  schema: Record<string, unknown>;
}

/** Liquid texts with their fields, and the variables they may read. */
export interface Texts {
  texts: readonly { field: string; text: string }[];
  scope: Record<string, unknown>;
  /** Additional variables for the text of one field. */
  secrets?: { field: string; scope: Record<string, unknown> };
}

/** A rendered text, or an error message. */
export type Rendered = { text: string; problem?: undefined } | { text?: undefined; problem: string };

/**
 * All functions that evaluate users' Liquid, JSON Schemas or patterns. They are pure but may take arbitrarily
 * long, so they run only in worker threads, with one call per definition or step.
 */
export const COMPUTATIONS = {
  schemas: schemaProblems,
  workflow(steps: readonly WorkflowStep[], watch: Watch): FieldIssue[] {
    const schemas = steps.flatMap(({ responseSchema: schema }, index) =>
      schema ? [{ field: `steps.${index}.responseSchema`, schema }] : [],
    );
    const wrong = schemaProblems(schemas, watch);
    return wrong.length > 0 ? wrong : firstIssues(workflowProblems(steps, watch));
  },
  template: (definition: TemplateDefinition, watch: Watch) =>
    firstIssues(definitionProblems(definition, watch)),
  answer({ schema, text }: { schema: Record<string, unknown>; text: string }, watch: Watch): Answer {
    watch.begin('answer');
    return readAnswer(schema, text);
  },
  texts({ texts, scope, secrets }: Texts, watch: Watch): Record<string, Rendered> {
    const rendered = texts.map(({ field, text }) => {
      watch.begin(field);
      const more = secrets?.field === field ? secrets.scope : {};
      return [field, render(text, { ...scope, ...more })] as const;
    });
    return Object.fromEntries(rendered);
  },
  steps: stepReplies,
} as const;

export type Computations = typeof COMPUTATIONS;
export type ComputationName = keyof Computations;
export type ComputationInput<Name extends ComputationName> = Parameters<Computations[Name]>[0];
export type ComputationResult<Name extends ComputationName> = ReturnType<Computations[Name]>;

/**
 * Replies by the key of their question: as many as time permits, but at least one. @throws TooComplex for the
 * first
 */
function stepReplies(
  { questions, scope }: { questions: readonly StepQuestion[]; scope: Record<string, unknown> },
  watch: Watch,
): Map<string, StepReply> {
  const replies = new Map<string, StepReply>();
  for (const question of questions) {
    const ofQuestion = { begin: () => watch.begin(question.key) };
    try {
      ofQuestion.begin();
      replies.set(question.key, replyTo(question, scope, ofQuestion));
    } catch (thrown) {
      if (!(thrown instanceof TooComplex) || replies.size === 0) throw thrown;
      return replies;
    }
  }
  return replies;
}

function schemaProblems(schemas: readonly PlacedSchema[], watch: Watch): FieldIssue[] {
  return firstIssues(
    schemas.flatMap(({ field, schema }) => {
      watch.begin(field);
      const message = schemaProblem(schema);
      return message === null ? [] : [{ field, message }];
    }),
  );
}

function render(text: string, scope: Record<string, unknown>): Rendered {
  try {
    return { text: renderLiquid(text, scope) };
  } catch (thrown) {
    return { problem: (thrown as Error).message };
  }
}
