import { z } from 'zod';
import { SYSTEM_CONDITIONS } from '../../vocabulary.ts';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { lowerCase, plainId } from '../shapes/output.ts';
import type { Status } from '../shapes/statuses.ts';
import { WHOLE_LIST } from '../shapes/whole-list.ts';
import { AGENT_HEALTH, agentHealthShape, showHealth } from './agent-shape.ts';
import { TASK_STATUS, TASK_STATUSES, type TaskStatus } from './status-words.ts';

const orchestratorStatus = z.enum(SYSTEM_CONDITIONS);

/** 0 while none has ended, which `tasks_processed` shows. */
const inSeconds = (milliseconds: number | null) => (milliseconds ?? 0) / 1000;

const taskCounts = Object.fromEntries(TASK_STATUSES.map((status) => [status, z.int()])) as Record<
  TaskStatus,
  z.ZodInt
>;

/** Numbers of tasks by the status words of this API. */
function countTasks(tasks: Record<Lowercase<Status>, number>): Record<TaskStatus, number> {
  const counts = Object.fromEntries(TASK_STATUSES.map((status) => [status, 0])) as Record<TaskStatus, number>;
  for (const status of Object.keys(TASK_STATUS) as Status[])
    counts[TASK_STATUS[status]] += tasks[lowerCase(status)];
  return counts;
}

export const systemEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/system/orchestrator/status',
    access: 'account',
    input: z.object({}),
    before: {
      document: graphql(`query systemStatus {
        systemStatus {
          condition activeAgents averageTaskDurationMs tasks { total running waiting completed failed }
        }
      }`),
      variables: () => ({}),
    },
    document: graphql(
      `query agents($first: Int!, $offset: Int!) {
        agents(first: $first, offset: $offset) { nodes { ...AgentHealth } }
      }`,
      [AGENT_HEALTH],
    ),
    paged: true,
    variables: () => WHOLE_LIST,
    body: z.object({
      orchestrator_status: orchestratorStatus,
      active_agents: z.int(),
      active_tasks: z.int(),
      total_tasks: z.int(),
      metrics: z.object({
        tasks_processed: z.int(),
        tasks_completed: z.int(),
        tasks_failed: z.int(),
        average_task_time: z.number(),
      }),
      agent_health: z.record(z.string(), agentHealthShape),
    }),
    respond: ({ agents }, _given, { systemStatus }) => {
      const { condition, activeAgents, averageTaskDurationMs, tasks } = systemStatus;
      return {
        orchestrator_status: lowerCase(condition),
        active_agents: activeAgents,
        active_tasks: tasks.running + tasks.waiting,
        total_tasks: tasks.total,
        metrics: {
          tasks_processed: tasks.completed + tasks.failed,
          tasks_completed: tasks.completed,
          tasks_failed: tasks.failed,
          average_task_time: inSeconds(averageTaskDurationMs),
        },
        agent_health: Object.fromEntries(agents.nodes.map((agent) => [plainId(agent.id), showHealth(agent)])),
      };
    },
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/v1/system/health',
    access: 'public',
    input: z.object({}),
    document: graphql('query health { health { status version uptimeSeconds condition } }'),
    variables: () => ({}),
    body: z.object({
      status: z.string(),
      version: z.string(),
      uptime_seconds: z.int(),
      orchestrator_status: orchestratorStatus,
    }),
    respond: ({ health }) => ({
      status: health.status,
      version: health.version,
      uptime_seconds: health.uptimeSeconds,
      orchestrator_status: lowerCase(health.condition),
    }),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/v1/system/metrics',
    access: 'account',
    input: z.object({}),
    document: graphql(`query system {
      systemMetrics { version uptimeSeconds cpuSeconds residentBytes heapUsedBytes }
      systemStatus {
        activeAgents busyAgents averageTaskDurationMs liveWorkers
        tasks { total pending queued running waiting completed failed cancelled }
        queue { readyRuns blockedRuns oldestReadySeconds }
      }
    }`),
    variables: () => ({}),
    body: z.object({
      version: z.string(),
      uptime_seconds: z.number(),
      cpu_seconds: z.number(),
      memory_bytes: z.int(),
      heap_used_bytes: z.int(),
      tasks: z.object({ total: z.int(), ...taskCounts }),
      average_task_time: z.number(),
      agents: z.object({ active: z.int(), busy: z.int() }),
      queue: z.object({ ready: z.int(), blocked: z.int(), oldest_seconds: z.number().nullable() }),
      workers: z.int(),
    }),
    respond: ({ systemMetrics, systemStatus: { tasks, queue, ...status } }) => ({
      version: systemMetrics.version,
      uptime_seconds: systemMetrics.uptimeSeconds,
      cpu_seconds: systemMetrics.cpuSeconds,
      memory_bytes: systemMetrics.residentBytes,
      heap_used_bytes: systemMetrics.heapUsedBytes,
      tasks: { total: tasks.total, ...countTasks(tasks) },
      average_task_time: inSeconds(status.averageTaskDurationMs),
      agents: { active: status.activeAgents, busy: status.busyAgents },
      queue: {
        ready: queue.readyRuns,
        blocked: queue.blockedRuns,
        oldest_seconds: queue.oldestReadySeconds,
      },
      workers: status.liveWorkers,
    }),
    status: 200,
  }),
];
