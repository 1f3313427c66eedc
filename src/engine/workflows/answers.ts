import type { Compute } from '../../computation/computation.ts';
import { jsonSizeProblem } from '../../rules/json/size.ts';
import { TooComplex } from '../../rules/liquid/watch.ts';
import type {
  BeginQuestion,
  BeginReply,
  StepQuestion,
  StepReply,
  TaskQuestion,
  TaskReply,
} from '../../rules/workflows/liquid.ts';
import type { StepScope } from '../../rules/workflows/workflow.ts';
import { type Answers, type Draft, readScope } from './draft.ts';

type Questions = readonly StepQuestion[];

/**
 * Thrown within the transaction for values to be computed outside of it, so that no connection or lock waits
 * for a thread. The transaction is then repeated.
 */
export class AnswersNeeded extends Error {
  override readonly name = 'AnswersNeeded';
  readonly questions: Questions;
  readonly scope: StepScope;
  readonly ownerId: string;

  constructor(questions: Questions, scope: StepScope, ownerId: string) {
    super('Liquid of steps has to be computed');
    this.questions = questions;
    this.scope = scope;
    this.ownerId = ownerId;
  }
}

/** @throws AnswersNeeded for all questions that have no answer yet */
export async function requireAnswers(draft: Draft, questions: Questions): Promise<void> {
  const open = questions.filter(({ key }) => !draft.answers.has(key));
  if (open.length === 0) return;
  const scope = await readScope(draft);
  throw new AnswersNeeded(open, { ...scope, steps: stepsReadBy(open, scope) }, draft.execution.ownerId);
}

/** If a text names the steps that it reads, the outputs of other steps, which may be long, are not copied. */
function stepsReadBy(questions: Questions, { steps }: StepScope): StepScope['steps'] {
  const texts = JSON.stringify(
    questions.map((question) => (question.kind === 'begin' ? question : question.asked)),
  );
  if (/\bsteps\b(?!\s*\.)/.test(texts)) return steps;
  return Object.fromEntries(Object.entries(steps).filter(([id]) => texts.includes(id)));
}

export function answerTo(draft: Draft, question: BeginQuestion): BeginReply;
export function answerTo(draft: Draft, question: TaskQuestion): TaskReply;
export function answerTo({ answers }: Draft, { key }: StepQuestion): StepReply {
  return answers.get(key)!;
}

/**
 * The scope is copied to a thread at once, which blocks the event loop for 25 ms at most; a member of a large
 * object costs ten times as much as an item of a list. Everything that one request may contain fits.
 */
const MOST_READ = { characters: 5_000_000, values: 120_000, members: 30_000 };

/** Limits for the questions copied along with it; a single question may exceed them. */
const MOST_ASKED = { characters: 500_000, values: 20_000, members: 5_000 };

/**
 * Each question gets the time limit of a whole computation if it needs it; every second computation settles
 * at least one question.
 */
export async function findAnswers(compute: Compute, { questions, scope }: AnswersNeeded): Promise<Answers> {
  const problem = jsonSizeProblem(scope, MOST_READ);
  if (problem) return refuseAll(questions, `what it reads ${problem}`);
  const answers = new Map<string, StepReply>();
  let batch = firstPart(questions);
  while (batch.length > 0) {
    try {
      const replies = await compute('steps', { questions: [...batch], scope: { ...scope } });
      for (const [key, reply] of replies) answers.set(key, reply);
    } catch (error) {
      if (!(error instanceof TooComplex)) throw error;
      const slow = Math.max(
        0,
        batch.findIndex(({ key }) => key === error.field),
      );
      if (slow > 0) {
        // Earlier questions used part of the time.
        batch = [batch[slow]!];
        continue;
      }
      answers.set(batch[0]!.key, { problem: error.message });
    }
    batch = firstPart(questions.filter(({ key }) => !answers.has(key)));
  }
  return answers;
}

function firstPart(questions: Questions): Questions {
  let part = questions;
  while (part.length > 1 && jsonSizeProblem(part, MOST_ASKED))
    part = part.slice(0, Math.ceil(part.length / 2));
  return part;
}

function refuseAll(questions: Questions, problem: string): Answers {
  return new Map(questions.map(({ key }) => [key, { problem }]));
}
