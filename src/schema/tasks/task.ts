import type { TaskRow } from '../../store/tasks/tasks.ts';
import { AgentType } from '../agents/agent.ts';
import { ArtifactType } from '../artifacts/artifact.ts';
import { builder } from '../builder/builder.ts';
import { globalId } from '../builder/global-id.ts';
import { ProviderEnum } from '../builder/model-enums.ts';
import { StepTaskCreated } from '../events/execution-step-event.ts';
import { ModelCallType } from '../runs/model-call.ts';
import { PlanType } from '../runs/plan.ts';
import { PromptParametersType } from '../runs/prompt-parameters.ts';
import { ResourceUsageType } from '../runs/resource-usage.ts';
import { RunInterface } from '../runs/run.ts';
import { TaskKindEnum } from '../runs/task-enums.ts';
import { ToolCallType } from '../runs/tool-call.ts';
import { TaskPredictionType } from './task-prediction.ts';

const TaskTemplateType = builder.objectRef<TaskRow>('TaskTemplate').implement({
  description: 'What a task was created from. It is kept when the template is changed or deleted.',
  fields: (t) => ({
    name: t.string({
      description: 'Name of the template.',
      resolve: ({ templateName }) => templateName ?? '',
    }),
    version: t.exposeInt('templateVersion', {
      nullable: true,
      description: 'The version of the template that the task executes.',
    }),
    parameters: t.expose('templateParameters', {
      type: 'JSON',
      nullable: true,
      description: 'The values of its parameters, without secrets.',
    }),
  }),
});

export const TaskType = builder.objectRef<TaskRow>('Task');
builder.node(TaskType, {
  interfaces: [RunInterface],
  description: 'One piece of AI work.',
  id: { description: "Global id; pass it to any argument that takes a task's id.", resolve: ({ id }) => id },
  fields: (t) => ({
    kind: t.expose('kind', { type: TaskKindEnum, description: 'How it is executed.' }),
    type: t.exposeString('type', {
      nullable: true,
      description: 'The type of work, as given by its creator.',
    }),
    title: t.exposeString('title', { nullable: true, description: 'A short title.' }),
    description: t.exposeString('description', { nullable: true, description: 'A detailed description.' }),
    target: t.exposeString('target', {
      nullable: true,
      description: 'What the work is done on: a host, a repository, a file.',
    }),
    context: t.expose('context', {
      type: 'JSON',
      nullable: true,
      description: 'Background information, a JSON object.',
    }),
    taskParameters: t.expose('taskParameters', {
      type: 'JSON',
      nullable: true,
      description: 'Free parameters of the work, a JSON object, as given.',
    }),
    prompt: t.exposeString('prompt', {
      description:
        'The prompt as given, or as composed of title, description, target, taskParameters and context; empty for a template.',
    }),
    systemPrompt: t.exposeString('system', {
      nullable: true,
      description: 'Instructions that the model gets before the prompt.',
      extensions: { columns: ['system'] },
    }),
    parameters: t.expose('parameters', { type: PromptParametersType, description: 'Sampling settings.' }),
    model: t.exposeString('model', {
      nullable: true,
      description: 'Id of the model as sent to the provider; null: a template without a model.',
    }),
    provider: t.field({
      type: ProviderEnum,
      nullable: true,
      description: 'Its provider.',
      resolve: (row) => row.provider,
    }),
    fallbackModels: t.stringList({
      description: 'Models, as `provider/model`, to try in this order if the previous one fails.',
      resolve: ({ fallbackModels }) => fallbackModels.map(({ provider, model }) => `${provider}/${model}`),
    }),
    responseSchema: t.expose('responseSchema', {
      type: 'JSON',
      nullable: true,
      description: 'The JSON Schema for the answer.',
    }),
    template: t.field({
      type: TaskTemplateType,
      nullable: true,
      description: 'The template from which it was created, as it was then; null: it was not.',
      extensions: { columns: ['templateName', 'templateVersion', 'templateParameters'] },
      resolve: (row) => (row.templateName === null ? null : row),
    }),
    templateName: t.exposeString('templateName', {
      nullable: true,
      description: 'The template from which it was created.',
    }),
    templateVersion: t.exposeInt('templateVersion', {
      nullable: true,
      description: 'The version of that template that it uses.',
    }),
    templateParameters: t.expose('templateParameters', {
      type: 'JSON',
      nullable: true,
      description: "The values of the template's parameters, without secrets.",
    }),
    resourceUsage: t.field({
      type: ResourceUsageType,
      nullable: true,
      description: 'Resources used by its OLLAMA_GENERATE steps; null: no such step has completed.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.resourceUsage.load(id),
    }),
    threadId: t.id({
      nullable: true,
      description: 'The thread of which it is a turn.',
      resolve: ({ threadId }) => threadId && globalId('Thread', threadId),
    }),
    dependsOn: t.field({
      type: [TaskType],
      description: 'Tasks that have to complete before it, oldest first.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.dependencies.load(id),
    }),
    agent: t.field({
      type: AgentType,
      nullable: true,
      description: 'AGENT: the agent; null if it has been deleted.',
      resolve: ({ agentId }, _arguments, { loaders }) =>
        agentId === null ? null : loaders.agents.load(agentId),
    }),
    assignedAgents: t.field({
      type: [AgentType],
      description: 'Its `agent` as a list, or an empty list.',
      complexity: { field: 1, multiplier: 1 },
      resolve: async ({ agentId }, _arguments, { loaders }) => {
        const agent = agentId === null ? null : await loaders.agents.load(agentId);
        return agent ? [agent] : [];
      },
    }),
    plan: t.expose('plan', { type: PlanType, description: 'The plan of its agent.' }),
    workingDirectory: t.exposeString('workingDirectory', {
      nullable: true,
      description: 'The folder that its agent works in, on the machine of its worker; null until it starts.',
    }),
    iterations: t.int({
      description: 'Number of model turns begun by its agent; at least 1 once it has run.',
      resolve: ({ iterations, attempt }) => Math.max(iterations, attempt > 0 ? 1 : 0),
    }),
    toolCalls: t.field({
      type: [ToolCallType],
      description: 'The last 100 tool calls of its agent, in order; its events include all of them.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.toolCalls.load(id),
    }),
    prediction: t.expose('prediction', {
      type: TaskPredictionType,
      nullable: true,
      description: 'The outcome predicted when it was created, if requested with `predict`.',
    }),
    modelCalls: t.field({
      type: [ModelCallType],
      description: 'Its requests to providers, oldest first.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.modelCalls.load(id),
    }),
    artifacts: t.field({
      type: [ArtifactType],
      description: 'The artifacts that it saved, oldest first.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.artifacts.load(id),
    }),
  }),
});

builder.objectField(StepTaskCreated, 'task', (t) =>
  t.field({
    type: TaskType,
    nullable: true,
    description: 'The task in its current state; null if it has been deleted.',
    resolve: ({ data }, _arguments, { loaders }) => loaders.tasks.load(data.taskId),
  }),
);
