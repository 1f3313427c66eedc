import type { FieldIssue } from '../../errors.ts';
import { namedTemplate, template, templates, validateTemplate } from '../../resolvers/templates/template.ts';
import type { ParameterCheck } from '../../rules/templates/parameters.ts';
import type { TemplateParameter, TemplateStep } from '../../rules/templates/template.ts';
import type { TemplateRow } from '../../store/templates/templates.ts';
import { builder } from '../builder/builder.ts';
import { ParameterTypeEnum, TemplateStepTypeEnum } from '../builder/enums.ts';
import { localId, optionalId } from '../builder/global-id.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { pageCost } from '../builder/page-cost.ts';
import { PromptParametersType } from '../runs/prompt-parameters.ts';

const TemplateParameterType = builder.objectRef<TemplateParameter>('TemplateParameter').implement({
  description: 'A parameter of a template.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'Its name, in `templateParameters` and in the texts of the steps.',
    }),
    type: t.expose('type', { type: ParameterTypeEnum, description: 'Its type.' }),
    required: t.exposeBoolean('required', { description: 'Whether it is required.' }),
    default: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Its default value; null: none.',
      resolve: (parameter) => parameter.default,
    }),
    description: t.exposeString('description', { nullable: true, description: 'A description.' }),
    allowed: t.field({
      type: ['JSON'],
      nullable: true,
      description: 'The allowed values; null: any value that matches its type and bounds.',
      resolve: ({ allowed }) => allowed && [...allowed],
    }),
    min: t.exposeFloat('min', {
      nullable: true,
      description: 'Minimum of a number, of the characters of a string, or of the items of a list.',
    }),
    max: t.exposeFloat('max', { nullable: true, description: 'Maximum of the same.' }),
    isSecret: t.exposeBoolean('isSecret', {
      description:
        'Whether it is stored encrypted and never returned. Only the token of a GIT_CLONE can be secret.',
    }),
  }),
});

type Text = string | null | undefined;

/** A step with the members of all types; those of other types are undefined. */
function memberOf(step: TemplateStep, name: string): unknown {
  return (step as unknown as Record<string, unknown>)[name] ?? null;
}

const TemplateStepType = builder.objectRef<TemplateStep>('TemplateStep').implement({
  description:
    'One step of a template. Its texts are Liquid templates over the parameters (`{{name}}`) and the outputs of earlier steps (`{{steps.key.output}}`). Fields of other types are null.',
  fields: (t) => {
    const text = (name: string, description: string) =>
      t.string({ nullable: true, description, resolve: (step) => memberOf(step, name) as Text });
    return {
      key: t.exposeString('id', { description: 'Unique within the template.' }),
      type: t.expose('type', { type: TemplateStepTypeEnum, description: 'Its type.' }),
      model: text('model', 'GENERATE, OLLAMA_GENERATE: the model, possibly by parameters; null: chosen.'),
      prompt: text('prompt', 'GENERATE, OLLAMA_GENERATE: the prompt.'),
      systemPrompt: text('system', 'GENERATE, OLLAMA_GENERATE: the system prompt.'),
      parameters: t.field({
        type: PromptParametersType,
        nullable: true,
        description: 'GENERATE, OLLAMA_GENERATE: sampling settings.',
        resolve: (step) => ('parameters' in step ? step.parameters : null),
      }),
      url: text('url', 'GIT_CLONE: the https URL of the repository.'),
      ref: text('ref', 'GIT_CLONE: a branch or a tag; null: the default branch.'),
      token: text('token', 'GIT_CLONE: an access token, given by a secret parameter.'),
      directory: text(
        'directory',
        'GIT_CLONE: the folder to clone to; null: named after the step. RUN_SCRIPT: the folder to run in. Relative to the working directory.',
      ),
      path: text('path', 'RUN_SCRIPT: the file to run. STORE_OUTPUT: the file to save, if it exists.'),
      script: text('script', 'RUN_SCRIPT: a Bash script, instead of a path.'),
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
      content: text('content', 'STORE_OUTPUT: the text to save if there is no file.'),
      mediaType: text('mediaType', 'STORE_OUTPUT: media type of the content; null: derived from the name.'),
    };
  },
});

/** They are part of the row of the template; no further query is needed. */
const OF_THE_ROW = { field: 1, multiplier: 3 };

export const TemplateType = builder.objectRef<TemplateRow>('Template');
builder.node(TemplateType, {
  description: 'A named list of steps with parameters.',
  id: {
    description: "Global id; pass it to any argument that takes a template's id.",
    resolve: ({ id }) => id,
  },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique among the templates available to the viewer.' }),
    description: t.exposeString('description', { nullable: true, description: 'A description.' }),
    parameters: t.expose('parameters', {
      type: [TemplateParameterType],
      description: 'In order.',
      complexity: OF_THE_ROW,
    }),
    steps: t.expose('steps', {
      type: [TemplateStepType],
      description: 'In order.',
      complexity: OF_THE_ROW,
    }),
    version: t.exposeInt('version', {
      description: 'Increased by every change. A task keeps the version it was created with.',
    }),
    isBuiltIn: t.boolean({
      description: 'Whether it is available to all accounts and only admins can change it.',
      resolve: ({ ownerId }) => ownerId === null,
    }),
    isActive: t.exposeBoolean('isActive', { description: 'Whether tasks can be created from it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const InvalidParameterType = builder.objectRef<FieldIssue>('InvalidParameter').implement({
  description: 'An invalid parameter.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'Its name.' }),
    message: t.exposeString('message', { description: 'What is wrong, and what is allowed.' }),
  }),
});

const ParameterCheckType = builder.objectRef<ParameterCheck>('ParameterCheck').implement({
  description: 'Result of validating parameters, with all problems.',
  fields: (t) => ({
    valid: t.exposeBoolean('valid', { description: 'Whether a task can be created with them.' }),
    missing: t.exposeStringList('missing', { description: 'Required parameters that are missing.' }),
    invalid: t.expose('invalid', {
      type: [InvalidParameterType],
      description: 'Parameters with invalid values.',
    }),
    unknown: t.exposeStringList('unknown', { description: 'Names that are not parameters of the template.' }),
  }),
});

const ValidateTemplateInput = builder.inputType('ValidateTemplateInput', {
  description: 'Give `templateId` or `templateName`.',
  fields: (t) => ({
    templateId: t.id({ description: 'The template.' }),
    templateName: t.string({ description: 'The template, by its name.' }),
    parameters: t.field({
      type: 'JSON',
      description: 'The values, a JSON object with the names of the parameters as keys.',
    }),
  }),
});

const TemplateFilter = builder.inputType('TemplateFilter', {
  description: "Matches the built-in templates as well as the viewer's own; without `isActive`, all of them.",
  fields: (t) => ({
    isActive: t.boolean({
      description: 'Only templates from which tasks can be created, or only those from which they cannot.',
    }),
  }),
});

const TemplateConnection = builder.connectionObject(
  { type: TemplateType, name: 'TemplateConnection', description: 'A page of templates.' },
  { name: 'TemplateEdge', description: 'A template with its position in a list.' },
);

const TemplateBy = builder.inputType('TemplateBy', {
  description: 'Identifies a template by its id or by its name.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'Its global id.' }),
    name: t.string({
      description: "Its name. The viewer's own templates cannot have the name of a built-in template.",
    }),
  }),
});

builder.queryFields((t) => ({
  template: t.field({
    type: TemplateType,
    nullable: true,
    description: "One of the viewer's templates, or a built-in one.",
    args: {
      by: t.arg({ type: TemplateBy, required: true, description: 'The id or the name of the template.' }),
    },
    resolve: (_root, { by: { id, name } }, context) =>
      id == null
        ? namedTemplate(context, name!, 'by.name')
        : template(context, localId('Template', id, 'by.id'), 'by.id'),
  }),
  templates: t.connection(
    {
      type: TemplateType,
      nullable: true,
      description:
        "The viewer's templates and the built-in ones, newest first. `first`: 0 to 100, or `last`: 1 to 100; default 20.",
      complexity: pageCost,
      args: {
        ...pageArguments,
        filter: t.arg({
          type: TemplateFilter,
          description: 'Only items that match all of its fields; null matches everything.',
        }),
      },
      resolve: (_root, { filter, ...page }, context) => templates(context, page, filter),
    },
    TemplateConnection,
  ),
  validateTemplate: t.field({
    type: ParameterCheckType,
    nullable: true,
    description: 'Validates parameters for a template without creating a task.',
    args: { input: t.arg({ type: ValidateTemplateInput, required: true }) },
    resolve: (_root, { input: { templateId, templateName: name, parameters } }, context) => {
      const id = optionalId('Template', templateId, 'input.templateId');
      return validateTemplate(context, { id, name }, parameters);
    },
  }),
}));
