import { type FieldIssue, firstIssues } from '../errors.ts';
import { type Answer, readAnswer, schemaFault } from './answer-schema.ts';
import { renderLiquid } from './liquid.ts';
import type { TemplateDefinition } from './template.ts';
import { definitionFaults } from './template-definition.ts';
import { TooComplex, type Watch } from './watch.ts';
import type { WorkflowStep } from './workflow.ts';
import { workflowFaults } from './workflow-faults.ts';
import { replyTo, type StepQuestion, type StepReply } from './workflow-liquid.ts';

/** A JSON Schema, and where it stands. */
export interface PlacedSchema {
  field: string;
  schema: Record<string, unknown>;
}

/** Texts, the fields in which they stand, and what they read. */
export interface Texts {
  texts: readonly { field: string; text: string }[];
  scope: Record<string, unknown>;
  /** Read by the text of one field alone, besides. */
  secrets?: { field: string; scope: Record<string, unknown> };
}

/** A text with its holes filled, or what is wrong with it. */
export type Rendered = { text: string; fault?: undefined } | { text?: undefined; fault: string };

/**
 * All that callers wrote and that computes. Pure, but of any duration: it is run in threads alone, each entry with
 * all texts of one definition or of one step.
 */
export const COMPUTATIONS = {
  schemas: schemaFaults,
  workflow(steps: readonly WorkflowStep[], watch: Watch): FieldIssue[] {
    const schemas = steps.flatMap(({ responseSchema: schema }, index) =>
      schema ? [{ field: `steps.${index}.responseSchema`, schema }] : [],
    );
    const wrong = schemaFaults(schemas, watch);
    return wrong.length > 0 ? wrong : firstIssues(workflowFaults(steps, watch));
  },
  template: (definition: TemplateDefinition, watch: Watch) =>
    firstIssues(definitionFaults(definition, watch)),
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

/** The first replies, by the keys of their questions: as many as there is time for, and one at least. */
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

function schemaFaults(schemas: readonly PlacedSchema[], watch: Watch): FieldIssue[] {
  return firstIssues(
    schemas.flatMap(({ field, schema }) => {
      watch.begin(field);
      const message = schemaFault(schema);
      return message === null ? [] : [{ field, message }];
    }),
  );
}

function render(text: string, scope: Record<string, unknown>): Rendered {
  try {
    return { text: renderLiquid(text, scope) };
  } catch (thrown) {
    return { fault: (thrown as Error).message };
  }
}
