import { createWorkflow, deleteWorkflow, updateWorkflow } from '../../resolvers/workflows/workflow.ts';
import type { WorkflowRow } from '../../store/workflows/workflows.ts';
import { builder } from '../builder/builder.ts';
import { DEFINITION_COST } from '../builder/computation-cost.ts';
import { localId } from '../builder/global-id.ts';
import { PromptParametersInput } from '../runs/prompt-parameters.ts';
import { WorkflowType } from './workflow.ts';

const WorkflowStepInput = builder.inputType('WorkflowStepInput', {
  description:
    'One node of a workflow. Its Liquid reads `input`, `parameters`, and `steps.<id>.output` and `steps.<id>.data` of steps that it waits for.',
  fields: (t) => ({
    id: t.string({
      required: true,
      description: 'Unique in its workflow: 1 to 64 letters, digits and _, not a digit first.',
    }),
    name: t.string({ description: 'For people; 1 to 200 characters. Absent: the id.' }),
    task: t.string({
      description:
        'Required, except of a template. What is asked for, as Liquid: `Sum up: {{ steps.read.output }}`. 1 to 100000 characters.',
    }),
    model: t.string({
      description: "As in `createTask`. Absent: the agent's own, or chosen when the execution starts.",
    }),
    agentId: t.id({ description: 'Who does it. Absent: a model without tools, or a template.' }),
    template: t.string({ description: 'The name of a template that is carried out as this step.' }),
    templateParameters: t.field({
      type: 'JSON',
      description:
        'What the template is given: an object. Its texts are Liquid; one that is `{{ … }}` alone becomes what stands in it, of whatever type.',
    }),
    parameters: t.field({ type: PromptParametersInput, description: 'Sampling settings.' }),
    responseSchema: t.field({
      type: 'JSON',
      description: 'A JSON Schema that the answer has to meet; what it says is then `steps.<id>.data`.',
    }),
    dependsOn: t.stringList({
      description: 'Ids of the steps that have to be over first. Absent: it begins at once.',
    }),
    condition: t.string({
      description:
        'What stands in `{% if … %}`: `steps.check.data.ok and input.mode == "full"`. Where it does not hold the step is skipped; steps that wait for it go on, and read null from it.',
    }),
    forEach: t.string({
      description:
        'An expression for a list, of at most 1000 items: `steps.plan.data.files`. The step has one task for each, whose Liquid reads `item` and `index`; its output is the list of theirs.',
    }),
    maxConcurrency: t.int({ description: 'Tasks of the list that run at once, 1 to 50. Absent: 5.' }),
    retries: t.int({ description: 'How often a failed task is tried again, 0 to 10. Absent: 0.' }),
    retryDelaySeconds: t.int({
      description:
        'Seconds before the first of these, 1 to 3600; each further wait is twice as long. Absent: 1.',
    }),
    timeoutSeconds: t.int({
      description:
        'Seconds that each task may take from its making on, waiting for a worker included; then it is cancelled, and has failed.',
    }),
  }),
});

const ScheduleInput = builder.inputType('ScheduleInput', {
  description:
    'When a workflow is executed by itself. Of ticks that nobody was there for, all are made up for by one execution.',
  fields: (t) => ({
    cron: t.string({
      required: true,
      description:
        'Minute, hour, day of the month, month, day of the week (0 and 7 are Sunday): numbers, ranges, lists, `*` or `*/n`. `0 9 * * 1-5` is nine in the morning of every workday.',
    }),
    timeZone: t.string({ description: 'Whose clocks show it: `Europe/Berlin`. Absent: UTC.' }),
    input: t.field({ type: 'JSON', description: 'What each execution is given: an object.' }),
    parameters: t.field({ type: 'JSON', description: 'As in `executeWorkflow`.' }),
  }),
});

const CreateWorkflowInput = builder.inputType('CreateWorkflowInput', {
  fields: (t) => ({
    name: t.string({ required: true, description: 'For people; 1 to 200 characters.' }),
    description: t.string({ description: 'For people; at most 10000 characters.' }),
    steps: t.field({
      type: [WorkflowStepInput],
      required: true,
      description: '1 to 100 steps. None may wait for itself, over however many others.',
    }),
    timeoutSeconds: t.int({ description: 'Seconds that an execution may take from its start on.' }),
    isActive: t.boolean({ description: 'Whether it can be executed. Absent: true.' }),
    schedule: t.field({ type: ScheduleInput, description: 'When it is executed by itself.' }),
  }),
});

const UpdateWorkflowInput = builder.inputType('UpdateWorkflowInput', {
  description: 'What is absent stays as it is. Executions that run keep the version that they began with.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The workflow.' }),
    name: t.string({ description: 'For people; 1 to 200 characters.' }),
    description: t.string({ description: 'For people; at most 10000 characters; null: none.' }),
    steps: t.field({ type: [WorkflowStepInput], description: 'All of the steps.' }),
    timeoutSeconds: t.int({
      description: 'Seconds that an execution may take from its start on; null: as long as it takes.',
    }),
    isActive: t.boolean({ description: 'Whether it can be executed. One that is not has no ticks.' }),
    schedule: t.field({ type: ScheduleInput, description: 'When it is executed by itself; null: never.' }),
  }),
});

const DeleteWorkflowInput = builder.inputType('DeleteWorkflowInput', {
  fields: (t) => ({ id: t.id({ required: true, description: 'The workflow.' }) }),
});

function payload(name: string, description: string) {
  return builder.objectRef<{ workflow: WorkflowRow }>(name).implement({
    description,
    fields: (t) => ({
      workflow: t.expose('workflow', { type: WorkflowType, description: 'The workflow, as it is now.' }),
    }),
  });
}

const CreateWorkflowPayload = payload('CreateWorkflowPayload', 'A fresh workflow.');
const UpdateWorkflowPayload = payload('UpdateWorkflowPayload', 'A workflow in a new version.');

const DeleteWorkflowPayload = builder.objectRef<{ deletedId: string }>('DeleteWorkflowPayload').implement({
  description: 'A workflow that is no more.',
  fields: (t) => ({
    deletedId: t.id({ description: 'The id that it had.', resolve: ({ deletedId }) => deletedId }),
  }),
});

builder.mutationFields((t) => ({
  createWorkflow: t.field({
    type: CreateWorkflowPayload,
    nullable: true,
    description:
      'Makes a workflow. Steps that could not be carried out (in a circle, never reached, reading what is not there) are refused, each with its id.',
    complexity: DEFINITION_COST,
    args: { input: t.arg({ type: CreateWorkflowInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      workflow: await createWorkflow(context, withLocalIds(input)),
    }),
  }),
  updateWorkflow: t.field({
    type: UpdateWorkflowPayload,
    nullable: true,
    description: 'Makes a new version of a workflow.',
    complexity: DEFINITION_COST,
    args: { input: t.arg({ type: UpdateWorkflowInput, required: true }) },
    resolve: async (_root, { input: { id, ...input } }, context) => ({
      workflow: await updateWorkflow(context, localId('Workflow', id, 'input.id'), withLocalIds(input)),
    }),
  }),
  deleteWorkflow: t.field({
    type: DeleteWorkflowPayload,
    nullable: true,
    description: 'Takes a workflow away. Its executions stay, and those that run go on.',
    args: { input: t.arg({ type: DeleteWorkflowInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => {
      await deleteWorkflow(context, localId('Workflow', id, 'input.id'));
      return { deletedId: id };
    },
  }),
}));

/** The steps with the ids that GraphQL printed turned into our own. */
function withLocalIds<Input extends { steps?: (typeof WorkflowStepInput.$inferInput)[] | null | undefined }>(
  input: Input,
) {
  const steps = input.steps?.map(({ agentId, ...step }, index) => ({
    ...step,
    agentId: agentId && localId('Agent', agentId, `input.steps.${index}.agentId`),
  }));
  return { ...input, ...(steps ? { steps } : {}) };
}
