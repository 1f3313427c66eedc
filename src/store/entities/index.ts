import { AccountToken } from './account-token.ts';
import { Agent } from './agent.ts';
import { ApiKey } from './api-key.ts';
import { Artifact } from './artifact.ts';
import { AuditEntry } from './audit-entry.ts';
import { Budget, BudgetEntry } from './budget.ts';
import { BulkBatch, BulkOperation } from './bulk-operation.ts';
import { Change } from './change.ts';
import { Counter, CounterChange, CounterHistogram } from './counter.ts';
import { Delivery } from './delivery.ts';
import { Dependency } from './dependency.ts';
import { Execution, ExecutionStep } from './execution.ts';
import { IdempotencyKey } from './idempotency-key.ts';
import { Identity } from './identity.ts';
import { Input } from './input.ts';
import { Integration } from './integration.ts';
import { LegacyClient } from './legacy-client.ts';
import { Login, RefreshToken } from './login.ts';
import { Model } from './model.ts';
import { ModelCall } from './model-call.ts';
import { Orchestration, OrchestrationRound } from './orchestration.ts';
import { Retention } from './retention.ts';
import { Run } from './run.ts';
import { RunEvent } from './run-event.ts';
import { RunSearch } from './run-search.ts';
import { RunText, TextTicket } from './run-text.ts';
import { Session } from './session.ts';
import { Step } from './step.ts';
import { Task } from './task.ts';
import { Template } from './template.ts';
import { Thread } from './thread.ts';
import { ThreadTurn } from './thread-turn.ts';
import { AccountUsage, UsageChange } from './usage.ts';
import { User } from './user.ts';
import { Worker } from './worker.ts';
import { Workflow } from './workflow.ts';

export const entities = [
  AccountToken,
  AccountUsage,
  Agent,
  ApiKey,
  Artifact,
  AuditEntry,
  Budget,
  BudgetEntry,
  BulkBatch,
  BulkOperation,
  Change,
  Counter,
  CounterChange,
  CounterHistogram,
  Delivery,
  Dependency,
  Execution,
  ExecutionStep,
  IdempotencyKey,
  Identity,
  Input,
  Integration,
  LegacyClient,
  Login,
  Model,
  ModelCall,
  Orchestration,
  OrchestrationRound,
  RefreshToken,
  Retention,
  Run,
  RunEvent,
  RunSearch,
  RunText,
  Session,
  Step,
  Task,
  Template,
  TextTicket,
  Thread,
  ThreadTurn,
  UsageChange,
  User,
  Worker,
  Workflow,
];
