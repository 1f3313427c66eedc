import { createWorkflow, deleteWorkflow, updateWorkflow } from '../../resolvers/workflows/workflow.ts';
import type { WorkflowRow } from '../../store/workflows/workflows.ts';
import { builder } from '../builder/builder.ts';
import { DEFINITION_COST } from '../builder/computation-cost.ts';
import { deletedPayload } from '../builder/deleted-payload.ts';
import { localId, optionalId } from '../builder/global-id.ts';
import { idInput } from '../builder/id-input.ts';
import { PromptParametersInput } from '../runs/prompt-parameters.ts';
import { WorkflowType } from './workflow.ts';

const WorkflowStepInput = builder.inputType('WorkflowStepInput', {
  description:
    'One step of a workflow. Its Liquid texts can read `input`, `parameters`, and `steps.<key>.output` and `steps.<key>.data` of steps in `dependsOn`.',
  fields: (t) => ({
    key: t.string({
      required: true,
      description: 'Unique within the workflow: 1 to 64 letters, digits and _, not beginning with a digit.',
    }),
    name: t.string({ description: 'Display name, 1 to 200 characters. Absent: the key.' }),
    task: t.string({
      description:
        'The prompt as a Liquid template: `Sum up: {{ steps.read.output }}`. Required unless the step is a template; 1 to 100000 characters.',
    }),
    model: t.string({
      description:
        'A model as in `createTask`. Absent: that of the agent, or one chosen when the execution starts.',
    }),
    agentId: t.id({
      description: 'The agent that performs the step. Absent: a model without tools, or a template.',
    }),
    template: t.string({ description: 'The name of a template to execute as this step.' }),
    templateParameters: t.field({
      type: 'JSON',
      description:
        'Parameters of the template: a JSON object whose strings are Liquid templates. A string that consists of a single `{{ … }}` becomes its value, of any type.',
    }),
    parameters: t.field({ type: PromptParametersInput, description: 'Sampling settings.' }),
    responseSchema: t.field({
      type: 'JSON',
      description: 'A JSON Schema for the answer, which is then available as `steps.<key>.data`.',
    }),
    dependsOn: t.stringList({
      description: 'Keys of the steps that have to end first. Absent: the step starts immediately.',
    }),
    condition: t.string({
      description:
        'A Liquid condition, as in `{% if … %}`: `steps.check.data.ok and input.mode == "full"`. If it is false, the step is skipped; steps that depend on it continue and read null from it.',
    }),
    forEach: t.string({
      description:
        'A Liquid expression for a list of at most 1000 items: `steps.plan.data.files`. The step gets one task per item, whose Liquid texts can read `item` and `index`; its output is the list of their outputs.',
    }),
    maxConcurrency: t.int({
      description: 'Maximum number of tasks of the list that run at once, 1 to 50. Default 5.',
    }),
    retries: t.int({ description: 'Number of retries of a failed task, 0 to 10. Default 0.' }),
    retryDelaySeconds: t.int({
      description: 'Seconds before the first retry, 1 to 3600; the delay doubles with each retry. Default 1.',
    }),
    timeoutSeconds: t.int({
      description:
        'Maximum seconds for each task from its creation, including the wait for a worker. It is then cancelled and counts as failed.',
    }),
  }),
});

const ScheduleInput = builder.inputType('ScheduleInput', {
  description:
    'When a workflow is executed automatically. If several scheduled times were missed, one execution makes up for all of them.',
  fields: (t) => ({
    cron: t.string({
      required: true,
      description:
        'A cron expression with minute, hour, day of the month, month, day of the week (0 and 7 are Sunday): numbers, ranges, lists, `*` or `*/n`. `0 9 * * 1-5` is 9:00 on every weekday.',
    }),
    timeZone: t.string({ description: 'The time zone, an IANA name such as `Europe/Berlin`. Default UTC.' }),
    input: t.field({ type: 'JSON', description: 'The input of each execution, a JSON object.' }),
    parameters: t.field({
      type: 'JSON',
      description: 'The parameters of each execution, as in `executeWorkflow`.',
    }),
  }),
});

const CreateWorkflowInput = builder.inputType('CreateWorkflowInput', {
  description:
    'Only `name` and `steps` are required; without a `schedule`, it is executed only by `executeWorkflow`.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Display name, 1 to 200 characters.' }),
    description: t.string({ description: 'A description, at most 10000 characters.' }),
    steps: t.field({
      type: [WorkflowStepInput],
      required: true,
      description: '1 to 100 steps. Dependencies must not form a cycle.',
    }),
    timeoutSeconds: t.int({ description: 'Maximum seconds for an execution from its start.' }),
    isActive: t.boolean({ description: 'Whether it can be executed. Default true.' }),
    schedule: t.field({ type: ScheduleInput, description: 'When it is executed automatically.' }),
  }),
});

const UpdateWorkflowInput = builder.inputType('UpdateWorkflowInput', {
  description: 'Omitted fields stay unchanged. Running executions keep the version they started with.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The workflow.' }),
    expectedVersion: t.int({
      description:
        'The version that you have read. If the workflow is at another version, nothing is changed and the error is CONFLICT, with its version in `currentVersion`. Absent: no check.',
    }),
    name: t.string({ description: 'Display name, 1 to 200 characters.' }),
    description: t.string({ description: 'A description, at most 10000 characters; null removes it.' }),
    steps: t.field({ type: [WorkflowStepInput], description: 'Replaces all steps.' }),
    timeoutSeconds: t.int({
      description: 'Maximum seconds for an execution from its start; null: no limit.',
    }),
    isActive: t.boolean({
      description: 'Whether it can be executed. An inactive workflow is not executed by its schedule either.',
    }),
    schedule: t.field({
      type: ScheduleInput,
      description: 'When it is executed automatically; null: never.',
    }),
  }),
});

const DeleteWorkflowInput = idInput('DeleteWorkflowInput', 'The workflow.', 'Its schedule ends with it.');

function payload(name: string, description: string) {
  return builder.objectRef<{ workflow: WorkflowRow }>(name).implement({
    description,
    fields: (t) => ({
      workflow: t.expose('workflow', { type: WorkflowType, description: 'The workflow after the change.' }),
    }),
  });
}

const CreateWorkflowPayload = payload('CreateWorkflowPayload', 'A new workflow.');
const UpdateWorkflowPayload = payload('UpdateWorkflowPayload', 'A new version of a workflow.');

const DeleteWorkflowPayload = deletedPayload('DeleteWorkflowPayload', 'A deleted workflow.');

builder.mutationFields((t) => ({
  createWorkflow: t.field({
    type: CreateWorkflowPayload,
    nullable: true,
    description:
      'Creates a workflow. Steps that cannot be executed (in a cycle, unreachable, reading something undefined) are rejected with an error per step.',
    complexity: DEFINITION_COST,
    args: { input: t.arg({ type: CreateWorkflowInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      workflow: await createWorkflow(context, withLocalIds(input)),
    }),
  }),
  updateWorkflow: t.field({
    type: UpdateWorkflowPayload,
    nullable: true,
    description: 'Creates a new version of a workflow.',
    complexity: DEFINITION_COST,
    args: { input: t.arg({ type: UpdateWorkflowInput, required: true }) },
    resolve: async (_root, { input: { id, ...input } }, context) => ({
      workflow: await updateWorkflow(context, localId('Workflow', id, 'input.id'), withLocalIds(input)),
    }),
  }),
  deleteWorkflow: t.field({
    type: DeleteWorkflowPayload,
    nullable: true,
    description: 'Deletes a workflow. Its executions are kept, and running ones continue.',
    args: { input: t.arg({ type: DeleteWorkflowInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => {
      await deleteWorkflow(context, localId('Workflow', id, 'input.id'));
      return { deletedId: id };
    },
  }),
}));

/** The steps with local ids. */
function withLocalIds<Input extends { steps?: (typeof WorkflowStepInput.$inferInput)[] | null | undefined }>(
  input: Input,
) {
  const steps = input.steps?.map(({ agentId, ...step }, index) => ({
    ...step,
    agentId: optionalId('Agent', agentId, `input.steps.${index}.agentId`),
  }));
  return { ...input, ...(steps ? { steps } : {}) };
}
