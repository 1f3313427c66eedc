import './account.ts';
import './agent.ts';
import './agent-mutations.ts';
import './artifact.ts';
import './budget.ts';
import './event.ts';
import './health.ts';
import './orchestration.ts';
import './orchestration-mutations.ts';
import './run-subscriptions.ts';
import './task.ts';
import './task-mutations.ts';
import './template.ts';
import './template-mutations.ts';
import './thread.ts';
import './user-mutations.ts';
import { builder } from './builder.ts';

export const schema = builder.toSchema();
