import './account.ts';
import './agent.ts';
import './agent-mutations.ts';
import './artifact.ts';
import './budget.ts';
import './event.ts';
import './feed.ts';
import './health.ts';
import './session.ts';
import './session-mutations.ts';
import './task.ts';
import './task-mutations.ts';
import './template.ts';
import './template-mutations.ts';
import './thread.ts';
import './user-mutations.ts';
import { builder } from './builder.ts';

export const schema = builder.toSchema();
