import { createTemplate, deleteTemplate, updateTemplate } from '../../resolvers/templates/template.ts';
import type { TemplateRow } from '../../store/templates/templates.ts';
import { builder } from '../builder/builder.ts';
import { DEFINITION_COST } from '../builder/computation-cost.ts';
import { ParameterTypeEnum, TemplateStepTypeEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { PromptParametersInput } from '../runs/prompt-parameters.ts';
import { TemplateType } from './template.ts';

const TemplateParameterInput = builder.inputType('TemplateParameterInput', {
  fields: (t) => ({
    name: t.string({ required: true, description: '1 to 64 letters, digits and _, a letter first.' }),
    type: t.field({ type: ParameterTypeEnum, required: true, description: 'What it may be.' }),
    required: t.boolean({ description: 'Whether it has to be given. Absent: false.' }),
    default: t.field({ type: 'JSON', description: 'What it is when it is not given.' }),
    description: t.string({ description: 'For people; at most 1000 characters.' }),
    allowed: t.field({ type: ['JSON'], description: 'What it has to be one of.' }),
    min: t.float({ description: 'The least number, characters of a text, or items of a list.' }),
    max: t.float({ description: 'The most of them.' }),
    isSecret: t.boolean({
      description: 'A string that is sealed where it is kept. Only the token of a GIT_CLONE may be one.',
    }),
  }),
});

const TemplateStepInput = builder.inputType('TemplateStepInput', {
  description:
    'One step. Its texts are Liquid over the parameters (`{{name}}`) and the outputs of earlier steps (`{{steps.id.output}}`). Give what is of its type.',
  fields: (t) => ({
    id: t.string({ required: true, description: '1 to 64 letters, digits and _, a letter first.' }),
    type: t.field({ type: TemplateStepTypeEnum, required: true, description: 'What it does.' }),
    model: t.string({
      description: 'GENERATE: absent: chosen. OLLAMA_GENERATE: required. May depend on parameters only.',
    }),
    prompt: t.string({ description: 'GENERATE, OLLAMA_GENERATE: required.' }),
    system: t.string({ description: 'GENERATE, OLLAMA_GENERATE: a system prompt.' }),
    parameters: t.field({
      type: PromptParametersInput,
      description: 'GENERATE, OLLAMA_GENERATE: sampling settings.',
    }),
    url: t.string({ description: 'GIT_CLONE: required; a repository over https.' }),
    ref: t.string({ description: 'GIT_CLONE: a branch or a tag.' }),
    token: t.string({ description: 'GIT_CLONE: an access token, by a secret parameter.' }),
    directory: t.string({
      description: 'GIT_CLONE: where to. RUN_SCRIPT: where it runs. In the working directory.',
    }),
    path: t.string({
      description:
        'RUN_SCRIPT: the file to run, in `directory`. STORE_OUTPUT: the file to keep, in the working directory.',
    }),
    script: t.string({
      description:
        'RUN_SCRIPT: the text of a Bash script, in the place of a path. Hand it what others wrote as `args`.',
    }),
    args: t.stringList({ description: 'RUN_SCRIPT: at most 50 arguments.' }),
    timeoutSeconds: t.int({ description: 'RUN_SCRIPT: 1 to 3600. Absent: 600.' }),
    name: t.string({ description: 'STORE_OUTPUT: required; the name of the artifact.' }),
    content: t.string({ description: 'STORE_OUTPUT: the text to keep, where there is no file at `path`.' }),
    mediaType: t.string({ description: 'STORE_OUTPUT: of the content. Absent: by the name.' }),
  }),
});

const CreateTemplateInput = builder.inputType('CreateTemplateInput', {
  fields: (t) => ({
    name: t.string({
      required: true,
      description: '1 to 100 letters, digits, and . _ -; no built-in one has it.',
    }),
    description: t.string({ description: 'For people; at most 1000 characters.' }),
    parameters: t.field({ type: [TemplateParameterInput], description: 'At most 50.' }),
    steps: t.field({ type: [TemplateStepInput], required: true, description: '1 to 50, in their order.' }),
    isActive: t.boolean({ description: 'Whether tasks can be made from it. Absent: true.' }),
  }),
});

const UpdateTemplateInput = builder.inputType('UpdateTemplateInput', {
  description: 'What is absent stays as it is.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The template.' }),
    description: t.string({ description: 'For people; null takes it away.' }),
    parameters: t.field({ type: [TemplateParameterInput], description: 'All of them.' }),
    steps: t.field({ type: [TemplateStepInput], description: 'All of them, in their order.' }),
    isActive: t.boolean({ description: 'Whether tasks can be made from it.' }),
  }),
});

const DeleteTemplateInput = builder.inputType('DeleteTemplateInput', {
  fields: (t) => ({ id: t.id({ required: true, description: 'The template.' }) }),
});

function payload(name: string, description: string) {
  return builder.objectRef<{ template: TemplateRow }>(name).implement({
    description,
    fields: (t) => ({
      template: t.expose('template', { type: TemplateType, description: 'The template, as it is now.' }),
    }),
  });
}

const CreateTemplatePayload = payload('CreateTemplatePayload', 'A fresh template.');
const UpdateTemplatePayload = payload('UpdateTemplatePayload', 'A changed template.');

const DeleteTemplatePayload = builder.objectRef<{ deletedId: string }>('DeleteTemplatePayload').implement({
  description: 'A template that is no more.',
  fields: (t) => ({
    deletedId: t.id({ description: 'The id that it had.', resolve: ({ deletedId }) => deletedId }),
  }),
});

builder.mutationFields((t) => ({
  createTemplate: t.field({
    type: CreateTemplatePayload,
    nullable: true,
    description: 'Makes a template. All that is wrong with it is told at once.',
    complexity: DEFINITION_COST,
    args: { input: t.arg({ type: CreateTemplateInput, required: true }) },
    resolve: async (_root, { input }, context) => ({ template: await createTemplate(context, input) }),
  }),
  updateTemplate: t.field({
    type: UpdateTemplatePayload,
    nullable: true,
    description:
      'Changes a template; built-in ones are for admins to change. Tasks that are there keep theirs.',
    complexity: DEFINITION_COST,
    args: { input: t.arg({ type: UpdateTemplateInput, required: true }) },
    resolve: async (_root, { input: { id, ...input } }, context) => ({
      template: await updateTemplate(context, localId('Template', id, 'input.id'), input),
    }),
  }),
  deleteTemplate: t.field({
    type: DeleteTemplatePayload,
    nullable: true,
    description: 'Takes a template away. Tasks that were made from it stay.',
    args: { input: t.arg({ type: DeleteTemplateInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => {
      await deleteTemplate(context, localId('Template', id, 'input.id'));
      return { deletedId: id };
    },
  }),
}));
