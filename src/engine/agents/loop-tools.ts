import { z } from 'zod';
import type { ToolDefinition } from '../../providers/provider.ts';
import { type Plan, planProgress } from '../../rules/agents/plan.ts';
import { storableJson } from '../../rules/text/bounded.ts';
import { readInputs, requestInput } from '../../store/tasks/user-replies.ts';
import { PLAN_STEP_STATUSES, type ToolName } from '../../vocabulary.ts';
import type { AgentState } from './agent-state.ts';
import type { Outcome } from './outcome.ts';
import { inputsTaken } from './turn.ts';

/**
 * A tool that acts on the run itself, in the statement that writes its result, so that repeating it does no
 * harm.
 */
export interface LoopTool {
  definition: ToolDefinition;
  /**
   * @param isRepeated whether it began before under another worker @returns null when the task waits for
   * input
   */
  run(state: AgentState, input: unknown, isRepeated: boolean): Promise<Outcome | null>;
}

const LONGEST = 10_000;
const MOST_STEPS = 100;

const planInput = z.object({
  steps: z
    .array(
      z.object({
        id: z
          .string()
          .min(1)
          .max(100)
          .optional()
          .describe('A short id. Keep it the same in every update. Default: step-1, step-2, … by position.'),
        description: z.string().min(1).max(LONGEST).describe('What is to be done, in one sentence.'),
        status: z
          .enum(PLAN_STEP_STATUSES)
          .default('pending')
          .describe('Set in_progress when you begin the step, completed when it is done.'),
      }),
    )
    .max(MOST_STEPS)
    .describe('The complete plan, in order. It replaces the previous plan.'),
});

async function updatePlan(state: AgentState, input: unknown): Promise<Outcome> {
  const { steps } = storableJson(planInput.parse(input)) as z.infer<typeof planInput>;
  const plan: Plan = { steps: steps.map((step, index) => ({ ...step, id: step.id ?? `step-${index + 1}` })) };
  const progress = Math.max(state.progress, planProgress(plan));
  const further = progress > state.progress ? [{ type: 'ProgressMade', data: { progress } } as const] : [];
  Object.assign(state, { plan, progress });
  return {
    output: 'The plan was recorded.',
    task: { plan },
    events: [{ type: 'PlanUpdated', data: { plan } }, ...further],
  };
}

const questionInput = z.object({
  question: z
    .string()
    .min(1)
    .max(LONGEST)
    .describe('One question that can be understood without the conversation.'),
});

/** The answer is everything the user has written since the last turn of the model. */
async function askUser(state: AgentState, input: unknown, isRepeated: boolean): Promise<Outcome | null> {
  const { question } = storableJson(questionInput.parse(input)) as z.infer<typeof questionInput>;
  const { context, lease, turns } = state;
  const inputs = inputsTaken(turns);
  const read = () => readInputs(context.store.database, lease.runId, inputs);
  const given = isRepeated ? await read() : [];
  if (given.length === 0 && (await requestInput(context.store, lease, { question, inputs }))) return null;
  const answers = given.length > 0 ? given : await read();
  return { output: answers.join('\n\n'), inputs: answers.length };
}

const finishInput = z.object({
  summary: z
    .string()
    .max(100_000)
    .describe('A summary for the user: what you did, the outcome, and anything left undone.'),
  success: z
    .boolean()
    .default(true)
    .describe('true if the task was completed as requested, false if not; default true.'),
});

async function finish(_state: AgentState, input: unknown): Promise<Outcome> {
  const ending = storableJson(finishInput.parse(input)) as z.infer<typeof finishInput>;
  return { output: 'The task has ended.', ending };
}

function parametersOf(schema: z.ZodType): ToolDefinition['parameters'] {
  const { $schema: _draft, ...parameters } = z.toJSONSchema(schema, { io: 'input' });
  return parameters;
}

/** The tools that act on the run itself. */
export const LOOP_TOOLS = {
  update_plan: {
    definition: {
      name: 'update_plan',
      description:
        'Creates or replaces your plan, whose progress the user sees. Use it for tasks with more than two steps: before you begin, and again whenever the status of a step changes. Send the complete plan each time.',
      parameters: parametersOf(planInput),
    },
    run: updatePlan,
  },
  ask_user: {
    definition: {
      name: 'ask_user',
      description:
        'Asks the user a question and waits for the answer, which can take hours. Use it only for information or decisions that you cannot obtain otherwise, not to report progress. Returns the answer as text.',
      parameters: parametersOf(questionInput),
    },
    run: askUser,
  },
  finish: {
    definition: {
      name: 'finish',
      description:
        'Ends the task; later calls are not executed. Call it once, when the task is done or cannot be done.',
      parameters: parametersOf(finishInput),
    },
    run: finish,
  },
} satisfies Partial<Record<ToolName, LoopTool>>;

export function loopToolNamed(name: string): LoopTool | undefined {
  return Object.hasOwn(LOOP_TOOLS, name) ? LOOP_TOOLS[name as keyof typeof LOOP_TOOLS] : undefined;
}
