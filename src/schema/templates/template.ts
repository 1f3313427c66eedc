import type { FieldIssue } from '../../errors.ts';
import { chosenTemplate, template, templates, validateTemplate } from '../../resolvers/templates/template.ts';
import type { ParameterCheck } from '../../rules/templates/parameters.ts';
import type { TemplateParameter, TemplateStep } from '../../rules/templates/template.ts';
import type { TemplateRow } from '../../store/templates/templates.ts';
import { builder } from '../builder/builder.ts';
import { ParameterTypeEnum, TemplateStepTypeEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { pageCost } from '../builder/page-cost.ts';
import { PromptParametersType } from '../runs/prompt-parameters.ts';

const TemplateParameterType = builder.objectRef<TemplateParameter>('TemplateParameter').implement({
  description: 'What a task of the template has to be given, or may be.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'In `templateParameters`, and in the texts of the steps.' }),
    type: t.expose('type', { type: ParameterTypeEnum, description: 'What it may be.' }),
    required: t.exposeBoolean('required', { description: 'Whether it has to be given.' }),
    default: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What it is when it is not given; null: nothing.',
      resolve: (parameter) => parameter.default,
    }),
    description: t.exposeString('description', { nullable: true, description: 'For people.' }),
    allowed: t.field({
      type: ['JSON'],
      nullable: true,
      description: 'What it has to be one of; null: whatever its type and bounds allow.',
      resolve: ({ allowed }) => allowed && [...allowed],
    }),
    min: t.exposeFloat('min', {
      nullable: true,
      description: 'The least number, characters of a text, or items of a list.',
    }),
    max: t.exposeFloat('max', { nullable: true, description: 'The most of them.' }),
    isSecret: t.exposeBoolean('isSecret', {
      description: 'Sealed where it is kept, and shown to nobody. Only the token of a GIT_CLONE may be one.',
    }),
  }),
});

type Text = string | null | undefined;

/** A step with the members of all types; those of others are absent. */
function memberOf(step: TemplateStep, name: string): unknown {
  return (step as unknown as Record<string, unknown>)[name] ?? null;
}

const TemplateStepType = builder.objectRef<TemplateStep>('TemplateStep').implement({
  description:
    'One step of a template. Its texts are Liquid over the parameters (`{{name}}`) and the outputs of earlier steps (`{{steps.id.output}}`). What is not of its type is null.',
  fields: (t) => {
    const text = (name: string, description: string) =>
      t.string({ nullable: true, description, resolve: (step) => memberOf(step, name) as Text });
    return {
      id: t.exposeString('id', { description: 'Unique in its template.' }),
      type: t.expose('type', { type: TemplateStepTypeEnum, description: 'What it does.' }),
      model: text('model', 'GENERATE, OLLAMA_GENERATE: which model, by parameters only; null: chosen.'),
      prompt: text('prompt', 'GENERATE, OLLAMA_GENERATE: what the model is asked.'),
      system: text('system', 'GENERATE, OLLAMA_GENERATE: the system prompt.'),
      parameters: t.field({
        type: PromptParametersType,
        nullable: true,
        description: 'GENERATE, OLLAMA_GENERATE: sampling settings.',
        resolve: (step) => ('parameters' in step ? step.parameters : null),
      }),
      url: text('url', 'GIT_CLONE: the repository, over https.'),
      ref: text('ref', 'GIT_CLONE: a branch or a tag; null: the default branch.'),
      token: text('token', 'GIT_CLONE: an access token, by a secret parameter.'),
      directory: text(
        'directory',
        'GIT_CLONE: where to, null: named after the step. RUN_SCRIPT: where it runs. In the working directory.',
      ),
      path: text('path', 'RUN_SCRIPT: the file to run. STORE_OUTPUT: the file to keep, if there is one.'),
      script: text('script', 'RUN_SCRIPT: the text of a Bash script, in the place of a path.'),
      args: t.stringList({
        nullable: true,
        description: 'RUN_SCRIPT: its arguments.',
        resolve: (step) => ('args' in step ? [...step.args] : null),
      }),
      timeoutSeconds: t.int({
        nullable: true,
        description: 'RUN_SCRIPT: 1 to 3600; null: 600.',
        resolve: (step) => ('timeoutSeconds' in step ? step.timeoutSeconds : null),
      }),
      name: text('name', 'STORE_OUTPUT: the name of the artifact.'),
      content: text('content', 'STORE_OUTPUT: the text to keep, where there is no file.'),
      mediaType: text('mediaType', 'STORE_OUTPUT: of the content; null: by the name.'),
    };
  },
});

/** They come with their template: nothing more is read for them. */
const OF_THE_ROW = { field: 1, multiplier: 3 };

export const TemplateType = builder.objectRef<TemplateRow>('Template');
builder.node(TemplateType, {
  description: 'A named list of steps with parameters.',
  id: { description: 'For every argument that asks for a template.', resolve: ({ id }) => id },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'steps' in value,
  loadWithoutCache: (id, context) => template(context, id),
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique among those that the viewer may use.' }),
    description: t.exposeString('description', { nullable: true, description: 'For people.' }),
    parameters: t.expose('parameters', {
      type: [TemplateParameterType],
      description: 'In their order.',
      complexity: OF_THE_ROW,
    }),
    steps: t.expose('steps', {
      type: [TemplateStepType],
      description: 'In their order.',
      complexity: OF_THE_ROW,
    }),
    version: t.exposeInt('version', {
      description: 'Raised by every change. A task keeps what it was made with.',
    }),
    isBuiltIn: t.boolean({
      description: "Whether it is everybody's to use, and an admin's to change.",
      resolve: ({ ownerId }) => ownerId === null,
    }),
    isActive: t.exposeBoolean('isActive', { description: 'Whether tasks can be made from it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const InvalidParameterType = builder.objectRef<FieldIssue>('InvalidParameter').implement({
  description: 'A parameter that is not what is allowed.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'Its name.' }),
    message: t.exposeString('message', { description: 'What is wrong, and what is allowed.' }),
  }),
});

const ParameterCheckType = builder.objectRef<ParameterCheck>('ParameterCheck').implement({
  description: 'Everything that is wrong with parameters, at once.',
  fields: (t) => ({
    valid: t.exposeBoolean('valid', { description: 'Whether a task can be made with them.' }),
    missing: t.exposeStringList('missing', { description: 'Required, and not given.' }),
    invalid: t.expose('invalid', {
      type: [InvalidParameterType],
      description: 'Given, and not what is allowed.',
    }),
    unknown: t.exposeStringList('unknown', { description: "Given, and none of the template's." }),
  }),
});

const ValidateTemplateInput = builder.inputType('ValidateTemplateInput', {
  description: 'Give `templateId` or `templateName`.',
  fields: (t) => ({
    templateId: t.id({ description: 'The template.' }),
    templateName: t.string({ description: 'The template, by its name.' }),
    parameters: t.field({ type: 'JSON', description: 'An object: values by the names of parameters.' }),
  }),
});

const TemplateFilter = builder.inputType('TemplateFilter', {
  fields: (t) => ({
    isActive: t.boolean({ description: 'Only templates from which tasks can be made, or cannot.' }),
  }),
});

builder.queryFields((t) => ({
  template: t.field({
    type: TemplateType,
    nullable: true,
    description: "One of the viewer's templates, or a built-in one. Give `id` or `name`.",
    args: { id: t.arg.id(), name: t.arg.string() },
    resolve: (_root, { id, name }, context) =>
      chosenTemplate(context, { id: id && localId('Template', id), name }),
  }),
  templates: t.connection({
    type: TemplateType,
    nullable: true,
    description:
      "The viewer's templates and the built-in ones, newest first. `first` or `last`: 1 to 100, default 20.",
    complexity: pageCost,
    args: { ...pageArguments, filter: t.arg({ type: TemplateFilter }) },
    resolve: (_root, { filter, ...page }, context) => templates(context, page, filter),
  }),
  validateTemplate: t.field({
    type: ParameterCheckType,
    nullable: true,
    description: 'What a task of a template would be refused for. Makes nothing.',
    args: { input: t.arg({ type: ValidateTemplateInput, required: true }) },
    resolve: (_root, { input: { templateId, templateName: name, parameters } }, context) => {
      const id = templateId && localId('Template', templateId, 'input.templateId');
      return validateTemplate(context, { id, name }, parameters);
    },
  }),
}));
