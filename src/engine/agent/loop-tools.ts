import { z } from 'zod';
import type { ToolDefinition } from '../../providers/provider.ts';
import { storableJson } from '../../rules/bounded.ts';
import { type Plan, planProgress } from '../../rules/plan.ts';
import { readInputs, requestInput } from '../../store/inputs.ts';
import { PLAN_STEP_STATUSES } from '../../vocabulary.ts';
import type { Outcome } from './outcome.ts';
import { inputsTaken } from './turn.ts';
import type { Work } from './work.ts';

/** A tool that acts on the run itself, in the statement that writes its result: doing it again does no harm. */
export interface LoopTool {
  definition: ToolDefinition;
  /** @param isRepeated it began before, under another worker. @returns null: it waits for a person. */
  run(work: Work, input: unknown, isRepeated: boolean): Promise<Outcome | null>;
}

const LONGEST = 10_000;
const MOST_STEPS = 100;

const planInput = z.object({
  steps: z
    .array(
      z.object({
        id: z.string().min(1).max(100).optional().describe('Keeps its name from plan to plan.'),
        description: z.string().min(1).max(LONGEST),
        status: z.enum(PLAN_STEP_STATUSES).default('pending'),
      }),
    )
    .max(MOST_STEPS)
    .describe('The whole plan, in order; it takes the place of the one before.'),
});

async function updatePlan(work: Work, input: unknown): Promise<Outcome> {
  const { steps } = storableJson(planInput.parse(input)) as z.infer<typeof planInput>;
  const plan: Plan = { steps: steps.map((step, index) => ({ ...step, id: step.id ?? `step-${index + 1}` })) };
  const progress = Math.max(work.progress, planProgress(plan));
  const further = progress > work.progress ? [{ type: 'ProgressMade', data: { progress } } as const] : [];
  Object.assign(work, { plan, progress });
  return {
    output: 'The plan is noted.',
    task: { plan },
    events: [{ type: 'PlanUpdated', data: { plan } }, ...further],
  };
}

const questionInput = z.object({ question: z.string().min(1).max(LONGEST) });

/** The answer of a person is whatever was said since the model was last told. */
async function askUser(work: Work, input: unknown, isRepeated: boolean): Promise<Outcome | null> {
  const { question } = storableJson(questionInput.parse(input)) as z.infer<typeof questionInput>;
  const { context, lease, turns } = work;
  const inputs = inputsTaken(turns);
  const read = () => readInputs(context.store.database, lease.runId, inputs);
  const given = isRepeated ? await read() : [];
  if (given.length === 0 && (await requestInput(context.store, lease, { question, inputs }))) return null;
  const answers = given.length > 0 ? given : await read();
  return { output: answers.join('\n\n'), inputs: answers.length };
}

const finishInput = z.object({
  summary: z.string().max(100_000).describe('What was done and what came of it, for the person.'),
  success: z.boolean().default(true).describe('Whether the task is done as it was asked.'),
});

async function finish(_work: Work, input: unknown): Promise<Outcome> {
  const ending = storableJson(finishInput.parse(input)) as z.infer<typeof finishInput>;
  return { output: 'The task is finished.', ending };
}

function parametersOf(schema: z.ZodType): ToolDefinition['parameters'] {
  const { $schema: _draft, ...parameters } = z.toJSONSchema(schema, { io: 'input' });
  return parameters;
}

export const LOOP_TOOLS: readonly LoopTool[] = [
  {
    definition: {
      name: 'update_plan',
      description: 'Tells the person what you mean to do, and how far you are.',
      parameters: parametersOf(planInput),
    },
    run: updatePlan,
  },
  {
    definition: {
      name: 'ask_user',
      description: 'Asks the person a question and waits for the answer, however long that takes.',
      parameters: parametersOf(questionInput),
    },
    run: askUser,
  },
  {
    definition: { name: 'finish', description: 'Ends the task.', parameters: parametersOf(finishInput) },
    run: finish,
  },
];
