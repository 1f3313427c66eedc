import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { oneOf, text } from '../shapes/input.ts';
import { range } from '../shapes/query.ts';
import { statusesOf } from '../shapes/statuses.ts';
import { MOST_LISTED } from '../shapes/whole-list.ts';
import { STATUS, STATUS_WORDS } from './status-words.ts';
import { BRIEF, briefShape, grouped, showBrief, showGrouped } from './task-shapes.ts';

const ofGroup = z.array(grouped);

/** Its own tasks, and those of GraphQL that were created from a template, as all of its own are. */
export const taskListEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/tasks',
    access: 'account',
    input: z.object({
      query: z.object({
        status: oneOf(STATUS_WORDS).optional(),
        template: text().optional(),
        ...range({ default: 100, max: MOST_LISTED }),
      }),
    }),
    names: { template_name: 'template' },
    document: graphql(
      `query tasks($statuses: [RunStatus!], $template: String, $first: Int!, $offset: Int!) {
        tasks(
          filter: {
            origins: [AI_TASK_ORCHESTRA, GRAPHQL], kinds: [TEMPLATE], statuses: $statuses, templateName: $template
          }
          first: $first, offset: $offset
        ) { nodes { ...Brief } }
      }`,
      [BRIEF],
    ),
    paged: true,
    variables: ({ query: { status, template, limit, offset } }) => ({
      statuses: statusesOf(STATUS, status),
      template: template ?? null,
      first: limit,
      offset,
    }),
    body: z.array(briefShape),
    respond: ({ tasks }) => tasks.nodes.map(showBrief),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/v1/tasks/status',
    access: 'account',
    input: z.object({}),
    document: graphql(
      `query tasksByStatus($origins: [Origin!] = [AI_TASK_ORCHESTRA, GRAPHQL], $kinds: [TaskKind!] = [TEMPLATE]) {
        queued: tasks(filter: { origins: $origins, kinds: $kinds, statuses: [PENDING, QUEUED] }, first: 100) {
          nodes { ...Brief }
        }
        running: tasks(filter: { origins: $origins, kinds: $kinds, statuses: [RUNNING, WAITING] }, first: 100) {
          nodes { ...Brief }
        }
        completed: tasks(filter: { origins: $origins, kinds: $kinds, statuses: [COMPLETED] }, first: 100) {
          nodes { ...Brief }
        }
        failed: tasks(filter: { origins: $origins, kinds: $kinds, statuses: [FAILED] }, first: 100) {
          nodes { ...Brief }
        }
        cancelled: tasks(filter: { origins: $origins, kinds: $kinds, statuses: [CANCELLED] }, first: 100) {
          nodes { ...Brief }
        }
      }`,
      [BRIEF],
    ),
    variables: () => ({}),
    body: z.object({
      queued: ofGroup,
      running: ofGroup,
      completed: ofGroup,
      failed: ofGroup,
      cancelled: ofGroup,
    } satisfies Record<(typeof STATUS_WORDS)[number], z.ZodType>),
    respond: ({ queued, running, completed, failed, cancelled }) => ({
      queued: queued.nodes.map(showGrouped),
      running: running.nodes.map(showGrouped),
      completed: completed.nodes.map(showGrouped),
      failed: failed.nodes.map(showGrouped),
      cancelled: cancelled.nodes.map(showGrouped),
    }),
    status: 200,
  }),
];
