import { ApiKey } from './entities/api-key.ts';
import { Budget, BudgetEntry } from './entities/budget.ts';
import { Dependency } from './entities/dependency.ts';
import { Event } from './entities/event.ts';
import { IdempotencyKey } from './entities/idempotency-key.ts';
import { Model } from './entities/model.ts';
import { ModelCall } from './entities/model-call.ts';
import { Run } from './entities/run.ts';
import { Session } from './entities/session.ts';
import { Step } from './entities/step.ts';
import { Task } from './entities/task.ts';
import { Thread } from './entities/thread.ts';
import { User } from './entities/user.ts';
import { Worker } from './entities/worker.ts';

export const entities = [
  ApiKey,
  Budget,
  BudgetEntry,
  Dependency,
  Event,
  IdempotencyKey,
  Model,
  ModelCall,
  Run,
  Session,
  Step,
  Task,
  Thread,
  User,
  Worker,
];
