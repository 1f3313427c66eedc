import { createTemplate, deleteTemplate, updateTemplate } from '../../resolvers/templates/template.ts';
import type { TemplateRow } from '../../store/templates/templates.ts';
import { builder } from '../builder/builder.ts';
import { DEFINITION_COST } from '../builder/computation-cost.ts';
import { deletedPayload } from '../builder/deleted-payload.ts';
import { ParameterTypeEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { idInput } from '../builder/id-input.ts';
import { TemplateType } from './template.ts';
import { TemplateStepInput } from './template-step-input.ts';

const TemplateParameterInput = builder.inputType('TemplateParameterInput', {
  description:
    'The values of a new task are checked against it; a value that does not conform fails with VALIDATION_ERROR.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: '1 to 64 letters, digits and _, beginning with a letter.',
    }),
    type: t.field({ type: ParameterTypeEnum, required: true, description: 'Its type.' }),
    required: t.boolean({ description: 'Whether it is required. Default false.' }),
    default: t.field({ type: 'JSON', description: 'Its default value.' }),
    description: t.string({ description: 'A description, at most 1000 characters.' }),
    allowed: t.field({ type: ['JSON'], description: 'The allowed values.' }),
    min: t.float({
      description: 'Minimum of a number, of the characters of a string, or of the items of a list.',
    }),
    max: t.float({ description: 'Maximum of the same.' }),
    isSecret: t.boolean({
      description: 'A string that is stored encrypted. Only the token of a GIT_CLONE can be secret.',
    }),
  }),
});

const CreateTemplateInput = builder.inputType('CreateTemplateInput', {
  description:
    'Only `name` and `steps` are required; a name that one of your templates or a built-in one has is refused.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: '1 to 100 letters, digits and . _ -; must differ from all built-in names.',
    }),
    description: t.string({ description: 'A description, at most 1000 characters.' }),
    parameters: t.field({ type: [TemplateParameterInput], description: 'At most 50 parameters.' }),
    steps: t.field({ type: [TemplateStepInput], required: true, description: '1 to 50 steps, in order.' }),
    isActive: t.boolean({ description: 'Whether tasks can be created from it. Default true.' }),
  }),
});

const UpdateTemplateInput = builder.inputType('UpdateTemplateInput', {
  description: 'Omitted fields stay unchanged.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The template.' }),
    expectedVersion: t.int({
      description:
        'The version that you have read. If the template is at another version, nothing is changed and the error is CONFLICT, with its version in `currentVersion`. Absent: no check.',
    }),
    description: t.string({ description: 'A description; null removes it.' }),
    parameters: t.field({ type: [TemplateParameterInput], description: 'Replaces all parameters.' }),
    steps: t.field({ type: [TemplateStepInput], description: 'Replaces all steps, in order.' }),
    isActive: t.boolean({ description: 'Whether tasks can be created from it.' }),
  }),
});

const DeleteTemplateInput = idInput(
  'DeleteTemplateInput',
  'The template.',
  'Built-in templates cannot be deleted; an admin can disable them with `isActive: false`.',
);

function payload(name: string, description: string) {
  return builder.objectRef<{ template: TemplateRow }>(name).implement({
    description,
    fields: (t) => ({
      template: t.expose('template', { type: TemplateType, description: 'The template after the change.' }),
    }),
  });
}

const CreateTemplatePayload = payload('CreateTemplatePayload', 'A new template.');
const UpdateTemplatePayload = payload('UpdateTemplatePayload', 'A changed template.');

const DeleteTemplatePayload = deletedPayload('DeleteTemplatePayload', 'A deleted template.');

builder.mutationFields((t) => ({
  createTemplate: t.field({
    type: CreateTemplatePayload,
    nullable: true,
    description: 'Creates a template. If it is invalid, the error lists all problems.',
    complexity: DEFINITION_COST,
    args: { input: t.arg({ type: CreateTemplateInput, required: true }) },
    resolve: async (_root, { input }, context) => ({ template: await createTemplate(context, input) }),
  }),
  updateTemplate: t.field({
    type: UpdateTemplatePayload,
    nullable: true,
    description:
      'Updates a template; only admins can update built-in ones. Existing tasks keep their version.',
    complexity: DEFINITION_COST,
    args: { input: t.arg({ type: UpdateTemplateInput, required: true }) },
    resolve: async (_root, { input: { id, ...input } }, context) => ({
      template: await updateTemplate(context, localId('Template', id, 'input.id'), input),
    }),
  }),
  deleteTemplate: t.field({
    type: DeleteTemplatePayload,
    nullable: true,
    description: 'Deletes a template. Tasks that were created from it are kept.',
    args: { input: t.arg({ type: DeleteTemplateInput, required: true }) },
    resolve: async (_root, { input: { id } }, context) => {
      await deleteTemplate(context, localId('Template', id, 'input.id'));
      return { deletedId: id };
    },
  }),
}));
