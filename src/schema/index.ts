import './account.ts';
import './budget.ts';
import './event.ts';
import './execution.ts';
import './execution-events.ts';
import './execution-mutations.ts';
import './health.ts';
import './task.ts';
import './task-mutations.ts';
import './thread.ts';
import './user-mutations.ts';
import './workflow.ts';
import './workflow-mutations.ts';
import { builder } from './builder.ts';

export const schema = builder.toSchema();
