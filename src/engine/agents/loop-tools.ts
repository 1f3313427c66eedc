import { z } from 'zod';
import type { ToolDefinition } from '../../providers/provider.ts';
import { type Plan, planProgress } from '../../rules/agents/plan.ts';
import { storableJson } from '../../rules/text/bounded.ts';
import { readInputs, requestInput } from '../../store/tasks/user-replies.ts';
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
        id: z.string().min(1).max(100).optional().describe('Keep the same id for a step in every update.'),
        description: z.string().min(1).max(LONGEST),
        status: z.enum(PLAN_STEP_STATUSES).default('pending'),
      }),
    )
    .max(MOST_STEPS)
    .describe('The complete plan, in order. It replaces the previous plan.'),
});

async function updatePlan(work: Work, input: unknown): Promise<Outcome> {
  const { steps } = storableJson(planInput.parse(input)) as z.infer<typeof planInput>;
  const plan: Plan = { steps: steps.map((step, index) => ({ ...step, id: step.id ?? `step-${index + 1}` })) };
  const progress = Math.max(work.progress, planProgress(plan));
  const further = progress > work.progress ? [{ type: 'ProgressMade', data: { progress } } as const] : [];
  Object.assign(work, { plan, progress });
  return {
    output: 'The plan is recorded.',
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
  summary: z.string().max(100_000).describe('What you did and the outcome, for the user.'),
  success: z
    .boolean()
    .default(true)
    .describe('Whether the task was completed as requested; true when absent.'),
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
      description:
        'Records the plan and its progress, which the user sees. Send the complete plan each time.',
      parameters: parametersOf(planInput),
    },
    run: updatePlan,
  },
  {
    definition: {
      name: 'ask_user',
      description: 'Asks the user a question and waits for the answer.',
      parameters: parametersOf(questionInput),
    },
    run: askUser,
  },
  {
    definition: {
      name: 'finish',
      description: 'Ends the task. Call it once, when the task is done or cannot be done.',
      parameters: parametersOf(finishInput),
    },
    run: finish,
  },
];
