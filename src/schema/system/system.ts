import type { Traffic } from '../../metrics/http-metrics.ts';
import {
  type SystemMetrics,
  type SystemStatus,
  systemMetrics,
  systemStatus,
} from '../../resolvers/system/system.ts';
import type { QueueReport } from '../../store/workers/queue-report.ts';
import type { WorkerReport } from '../../store/workers/workers.ts';
import { builder } from '../builder/builder.ts';
import { SystemConditionEnum } from '../builder/enums.ts';
import { TaskCountsType } from '../sessions/session.ts';

/** Its counts go over all that there is. */
const STATUS_COST = { field: 500, multiplier: 1 };

const QueueType = builder.objectRef<QueueReport>('Queue').implement({
  description: 'What waits for workers.',
  fields: (t) => ({
    readyRuns: t.exposeInt('ready', { description: 'Runs that a worker may take.' }),
    blockedRuns: t.exposeInt('blocked', { description: 'Runs that wait for others to complete first.' }),
    oldestReadySeconds: t.exposeFloat('oldestReadySeconds', {
      nullable: true,
      description: 'How long the first of the ready ones has been ready; null: there is none.',
    }),
  }),
});

const WorkerType = builder.objectRef<WorkerReport>('Worker').implement({
  description: 'A process, or the part of one, that carries out runs.',
  fields: (t) => ({
    name: t.exposeString('id', { description: 'Of its own making; another one each time that it starts.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    beatAgeSeconds: t.exposeFloat('beatAgeSeconds', {
      description: 'How long ago it last said that it lives; it does every 2 seconds.',
    }),
    isSilent: t.exposeBoolean('isSilent', {
      description: 'Whether that is so long ago that the others take its runs from it.',
    }),
    runningRuns: t.exposeInt('running', { description: 'Runs that it carries out.' }),
  }),
});

const SystemStatusType = builder.objectRef<SystemStatus>('SystemStatus').implement({
  description:
    'How the work goes. An admin sees that of all accounts; others see their own, and whether the installation works.',
  fields: (t) => ({
    condition: t.expose('condition', { type: SystemConditionEnum, description: 'In one word.' }),
    isOfAll: t.exposeBoolean('isOfAll', {
      description: "Whether tasks, agents and queue are all accounts', or the viewer's own alone.",
    }),
    tasks: t.expose('tasks', {
      type: TaskCountsType,
      description: 'How many tasks stand where, without the steps of executions.',
    }),
    averageTaskDurationMs: t.exposeFloat('averageDurationMs', {
      nullable: true,
      description:
        'Milliseconds from start to end, of the last 1000 tasks that completed or failed; null: none did.',
    }),
    activeAgents: t.exposeInt('activeAgents', {
      description: 'How many agents are given tasks; built-in ones are among them.',
    }),
    busyAgents: t.exposeInt('busyAgents', { description: 'How many are at work.' }),
    queue: t.expose('queue', { type: QueueType, description: 'What waits for workers.' }),
    liveWorkers: t.exposeInt('liveWorkers', { description: 'How many workers there are to take it.' }),
    workers: t.expose('workers', {
      type: [WorkerType],
      nullable: true,
      description: 'Each of them, with silent ones, oldest first; null for all but admins.',
    }),
  }),
});

const TrafficType = builder.objectRef<Traffic>('Traffic').implement({
  description: 'What has come in at the process that answers, since it started.',
  fields: (t) => ({
    requests: t.exposeFloat('requests', { description: 'HTTP requests that were answered.' }),
    operations: t.exposeFloat('operations', { description: 'GraphQL operations, over sockets, too.' }),
    subscriptions: t.exposeInt('subscriptions', { description: 'Subscriptions that are open.' }),
    sockets: t.exposeInt('sockets', { description: 'WebSockets that are open.' }),
  }),
});

const SystemMetricsType = builder.objectRef<SystemMetrics>('SystemMetrics').implement({
  description:
    'What the process that answers takes of its machine. All that there is to measure is at `/metrics`.',
  fields: (t) => ({
    version: t.exposeString('version', { description: 'Of the server.' }),
    uptimeSeconds: t.exposeFloat('uptimeSeconds', { description: 'Since it started.' }),
    residentBytes: t.exposeFloat('residentBytes', { description: 'Memory that it takes.' }),
    heapUsedBytes: t.exposeFloat('heapUsedBytes', { description: 'Memory of its objects.' }),
    cpuSeconds: t.exposeFloat('cpuSeconds', { description: 'Time of processors that it took by now.' }),
    traffic: t.expose('traffic', {
      type: TrafficType,
      nullable: true,
      description: 'What has come in; null for all but admins.',
    }),
  }),
});

builder.queryFields((t) => ({
  systemStatus: t.field({
    type: SystemStatusType,
    nullable: true,
    description: 'How the work goes: tasks, agents, queue and workers.',
    complexity: STATUS_COST,
    resolve: (_root, _arguments, context) => systemStatus(context),
  }),
  systemMetrics: t.field({
    type: SystemMetricsType,
    nullable: true,
    description: 'What the process that answers takes of its machine.',
    resolve: (_root, _arguments, context) => systemMetrics(context),
  }),
}));
