import { ApiKey } from './entities/api-key.ts';
import { Budget, BudgetEntry } from './entities/budget.ts';
import { Dependency } from './entities/dependency.ts';
import { Event } from './entities/event.ts';
import { Execution, ExecutionStep } from './entities/execution.ts';
import { IdempotencyKey } from './entities/idempotency-key.ts';
import { Model } from './entities/model.ts';
import { ModelCall } from './entities/model-call.ts';
import { Run } from './entities/run.ts';
import { Step } from './entities/step.ts';
import { Task } from './entities/task.ts';
import { Thread } from './entities/thread.ts';
import { User } from './entities/user.ts';
import { Worker } from './entities/worker.ts';
import { Workflow } from './entities/workflow.ts';

export const entities = [
  ApiKey,
  Budget,
  BudgetEntry,
  Dependency,
  Event,
  Execution,
  ExecutionStep,
  IdempotencyKey,
  Model,
  ModelCall,
  Run,
  Step,
  Task,
  Thread,
  User,
  Worker,
  Workflow,
];
