import type { ClientBase } from 'pg';
import type { StepReply } from '../../rules/workflows/liquid.ts';
import type { StepState, Try } from '../../rules/workflows/plan.ts';
import {
  type FinishedStep,
  type StepScope,
  scopeOf,
  type WorkflowStep,
} from '../../rules/workflows/workflow.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import type { Quotas } from '../../store/accounts/quotas.ts';
import type { LoggedEvent, NewEvent } from '../../store/log/events.ts';
import {
  type ExecutionState,
  readStepContents,
  type StepChange,
  type StepContent,
} from '../../store/workflows/execution-state.ts';
import type { findModel, StepWorkers } from './step-workers.ts';

/** Results of the computation threads for an execution, by the keys of the questions. */
export type Answers = ReadonlyMap<string, StepReply>;

/** Names looked up for templates; null: there is no such model. */
export type LookedUp = ReadonlyMap<string | null, Awaited<ReturnType<typeof findModel>>>;

/** Values that a draft needs from outside of its transaction. */
export interface Supplies {
  workers: StepWorkers;
  models: LookedUp;
  answers: Answers;
  secrets: SecretBox;
  quotas: Quotas;
}

/** The changes of an execution within the transaction that locks it. */
export interface Draft extends Supplies {
  client: ClientBase;
  execution: ExecutionState;
  /** With the changes so far. */
  steps: StepState[];
  tries: Try[];
  /** By the id of the step. */
  changes: Map<string, StepChange>;
  /** For the execution's log. */
  events: NewEvent[];
  /** Events in the logs of tasks that were created. */
  created: LoggedEvent[];
  /** Loaded when the first step needs it. */
  contents: StepContent[] | null;
}

export function openDraft(client: ClientBase, execution: ExecutionState, supplies: Supplies): Draft {
  return {
    ...supplies,
    client,
    execution,
    steps: [...execution.steps],
    tries: [...execution.tries],
    changes: new Map(),
    events: execution.startedAt ? [] : [{ type: 'RunStarted', data: {} }],
    created: [],
    contents: null,
  };
}

export function stepOf({ execution }: Draft, key: string): WorkflowStep {
  return execution.definition.steps.find(({ id }) => id === key)!;
}

export function changeStep(
  draft: Draft,
  key: string,
  change: Partial<StepChange> & Pick<StepChange, 'status'>,
) {
  const place = draft.steps.findIndex((step) => step.key === key);
  const step = { ...draft.steps[place]!, ...pickState(change) };
  draft.steps[place] = step;
  const unchanged = { items: null, result: null, error: null };
  const before = draft.changes.get(key) ?? unchanged;
  draft.changes.set(key, { ...before, key, size: step.size, ...change });
}

function pickState({ status, size }: Partial<StepChange> & Pick<StepChange, 'status'>): Partial<StepState> {
  return size === undefined ? { status } : { status, size };
}

/** The outputs of steps so far, including changes of this draft. */
export async function contentsOf(draft: Draft): Promise<StepContent[]> {
  draft.contents ??= await readStepContents(draft.client, draft.execution.id);
  return draft.contents.map((content) => {
    const change = draft.changes.get(content.key);
    return change ? { ...content, ...change, items: change.items ?? content.items } : content;
  });
}

/** The scope for the Liquid of a step. */
export async function readScope(draft: Draft): Promise<StepScope> {
  const finished: FinishedStep[] = await contentsOf(draft);
  return scopeOf(draft.execution, finished);
}
