import type { Compute } from '../../computation/computation.ts';
import { jsonSizeFault } from '../../rules/json/size.ts';
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
 * Thrown within the transaction for what is to be computed outside of it: no connection and no lock waits for a
 * thread. The transaction is then begun anew.
 */
export class AnswersNeeded extends Error {
  override readonly name = 'AnswersNeeded';
  readonly questions: Questions;
  readonly scope: StepScope;
  readonly ownerId: string;

  constructor(questions: Questions, scope: StepScope, ownerId: string) {
    super('Liquid of steps is to be computed');
    this.questions = questions;
    this.scope = scope;
    this.ownerId = ownerId;
  }
}

/** @throws AnswersNeeded for all that have none yet */
export async function requireAnswers(draft: Draft, questions: Questions): Promise<void> {
  const open = questions.filter(({ key }) => !draft.answers.has(key));
  if (open.length === 0) return;
  const scope = await readScope(draft);
  throw new AnswersNeeded(open, { ...scope, steps: stepsReadBy(open, scope) }, draft.execution.ownerId);
}

/** Where a text names the steps that it reads, the others, which may be long, need not come along. */
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
 * What is read is copied to a thread in one piece, during which the event loop stands still: for 25 ms at the most,
 * where a member of a large object costs ten times as much as an item of a list. All that one request may send fits.
 */
const MOST_READ = { characters: 5_000_000, values: 120_000, members: 30_000 };

/** Of the questions that are copied with it, unless a single one has more. */
const MOST_ASKED = { characters: 500_000, values: 20_000, members: 5_000 };

/** Each question has the time of a whole computation, when it needs it; every second one settles a question at least. */
export async function findAnswers(compute: Compute, { questions, scope }: AnswersNeeded): Promise<Answers> {
  const fault = jsonSizeFault(scope, MOST_READ);
  if (fault) return refuseAll(questions, `what it reads ${fault}`);
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
        // Those before it took a part of the time.
        batch = [batch[slow]!];
        continue;
      }
      answers.set(batch[0]!.key, { fault: error.message });
    }
    batch = firstPart(questions.filter(({ key }) => !answers.has(key)));
  }
  return answers;
}

function firstPart(questions: Questions): Questions {
  let part = questions;
  while (part.length > 1 && jsonSizeFault(part, MOST_ASKED)) part = part.slice(0, Math.ceil(part.length / 2));
  return part;
}

function refuseAll(questions: Questions, fault: string): Answers {
  return new Map(questions.map(({ key }) => [key, { fault }]));
}
