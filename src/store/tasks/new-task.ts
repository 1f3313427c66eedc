import type { AgentLimits } from '../../rules/agents/agent.ts';
import type { ModelReference } from '../../rules/models/model-id.ts';
import type { ReportedPrediction } from '../../rules/prediction/prediction.ts';
import type { PromptParameters, TaskSubject } from '../../rules/tasks/task.ts';
import type { TemplatePlan } from '../../rules/templates/template.ts';
import type { Origin, ProviderId, TaskKind, ToolName } from '../../vocabulary.ts';
import type { NewEvent } from '../log/events.ts';
import type { StartTimes } from '../runs/create-run.ts';

export interface Idempotency {
  key: string;
  /** Equal for equal requests. */
  bodyHash: string;
}

export interface NewTask extends StartTimes {
  id: string;
  ownerId: string;
  origin: Origin;
  kind: TaskKind;
  type: string | null;
  subject: TaskSubject;
  prompt: string;
  /** Whether it is composed of the descriptive fields. */
  promptIsOurs: boolean;
  system: string | null;
  parameters: PromptParameters;
  provider: ProviderId | null;
  model: string | null;
  fallbackModels: readonly ModelReference[];
  /** Whether they were chosen by us. */
  fallbackIsOurs: boolean;
  responseSchema: Record<string, unknown> | null;
  threadId: string | null;
  sessionId: string | null;
  /** The agent as it was when the task was created; null: a model without tools. */
  agent: { id: string; tools: readonly ToolName[]; limits: AgentLimits } | null;
  /** null: it is not created from a template. */
  template: NewTemplateTask | null;
  /** US dollars as decimal text; null: no limit of its own. */
  maxCost: string | null;
  priority: number;
  tags: readonly string[];
  metadata: Record<string, unknown> | null;
  /** true: it waits for `executeTask`. */
  hold: boolean;
  /** null: it is not part of anything. */
  parent: TaskParent | null;
  /** Ids of the runs that have to complete first. */
  dependsOn: readonly string[];
  idempotency: Idempotency | null;
  events: readonly NewEvent[];
  /** null: none was requested. */
  prediction: ReportedPrediction | null;
}

/** The run that a task is part of. */
export interface TaskParent {
  runId: string;
  stepKey: string;
  /** Index in the list of the step. */
  stepItem: number;
  /** From 1. */
  stepAttempt: number;
}

export interface NewTemplateTask {
  name: string;
  version: number;
  plan: TemplatePlan;
  values: Record<string, unknown>;
  /** Encrypted. */
  secrets: string | null;
}
