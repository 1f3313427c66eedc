import { ApiKey } from './entities/api-key.ts';
import { Event } from './entities/event.ts';
import { Model } from './entities/model.ts';
import { ModelCall } from './entities/model-call.ts';
import { Run } from './entities/run.ts';
import { Task } from './entities/task.ts';
import { User } from './entities/user.ts';
import { Worker } from './entities/worker.ts';

export const entities = [ApiKey, Event, Model, ModelCall, Run, Task, User, Worker];
