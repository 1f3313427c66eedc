import { AccountToken } from './entities/account-token.ts';
import { Agent } from './entities/agent.ts';
import { ApiKey } from './entities/api-key.ts';
import { Artifact } from './entities/artifact.ts';
import { AuditEntry } from './entities/audit-entry.ts';
import { Budget, BudgetEntry } from './entities/budget.ts';
import { Delivery } from './entities/delivery.ts';
import { Dependency } from './entities/dependency.ts';
import { Event } from './entities/event.ts';
import { Execution, ExecutionStep } from './entities/execution.ts';
import { IdempotencyKey } from './entities/idempotency-key.ts';
import { Identity } from './entities/identity.ts';
import { Input } from './entities/input.ts';
import { Integration } from './entities/integration.ts';
import { Login, RefreshToken } from './entities/login.ts';
import { Model } from './entities/model.ts';
import { ModelCall } from './entities/model-call.ts';
import { Orchestration, OrchestrationRound } from './entities/orchestration.ts';
import { Run } from './entities/run.ts';
import { Session } from './entities/session.ts';
import { Step } from './entities/step.ts';
import { Task } from './entities/task.ts';
import { Template } from './entities/template.ts';
import { Thread } from './entities/thread.ts';
import { ThreadTurn } from './entities/thread-turn.ts';
import { AccountUsage, UsageChange } from './entities/usage.ts';
import { User } from './entities/user.ts';
import { Worker } from './entities/worker.ts';
import { Workflow } from './entities/workflow.ts';

export const entities = [
  AccountToken,
  AccountUsage,
  Agent,
  ApiKey,
  Artifact,
  AuditEntry,
  Budget,
  BudgetEntry,
  Delivery,
  Dependency,
  Event,
  Execution,
  ExecutionStep,
  IdempotencyKey,
  Identity,
  Input,
  Integration,
  Login,
  Model,
  ModelCall,
  Orchestration,
  OrchestrationRound,
  RefreshToken,
  Run,
  Session,
  Step,
  Task,
  Template,
  Thread,
  ThreadTurn,
  UsageChange,
  User,
  Worker,
  Workflow,
];
