import type { DialectDocument } from '../../definitions/documentation.ts';
import { MODEL, SELECTION } from './examples.ts';
import { modelChangeFields, newModelFields, optimalFields, selectionFields } from './limits.ts';

const model = { name: 'Model', example: MODEL };
const selection = { name: 'Selection', example: SELECTION };

export const modelOperations = {
  'GET /api/v1/models': {
    summary: 'List models',
    description:
      'Models with a known price. The provider `local` is Ollama and the demo model, and `custom` is also Azure OpenAI. Where two providers have the same id, the less preferred one is shown as `azure/gpt-4o`.',
    response: model,
  },
  'GET /api/v1/models/{model_id}': {
    summary: 'Read a model',
    description: 'By its id, its alias or its name. A slash in an id is written as `%2F`.',
    response: model,
  },
  'POST /api/v1/models': {
    summary: 'Create a model',
    description:
      'A model of the account; one that an admin creates with a price is for all accounts. `cost_per_token` sets the input price and, where none is known, the output price; set by anyone but an admin, it is only for display, selection and estimates. Only admins create models of the provider `custom` (403).',
    request: {
      name: 'NewModel',
      example: { id: 'gpt-4o-mini-2', name: 'GPT-4o Mini', provider: 'openai' },
      fields: newModelFields,
    },
    response: model,
  },
  'PATCH /api/v1/models/{model_id}': {
    summary: 'Change a model',
    description:
      'Takes single members or the whole object; unchanged members have no effect. `id` and `provider` cannot be changed. Only admins change models for all accounts.',
    request: { name: 'ModelChange', example: { is_active: false }, fields: modelChangeFields },
    response: model,
  },
  'DELETE /api/v1/models/{model_id}': {
    summary: 'Delete a model',
    description: 'Only admins delete models for all accounts. Tasks that used it keep its name.',
    response: { name: 'Message', example: { message: 'Task task-123 deleted successfully' } },
  },
  'POST /api/v1/models/{model_id}/select': {
    summary: 'Select a model for a task',
    description:
      'Estimates the cost with this model. A model that a task could not use is refused with 400: one that is inactive, whose provider is not configured, whose context is too small or whose price is unknown. The response is that of `model-selection`.',
    request: {
      name: 'TaskSize',
      example: { task_type: 'code', context_size: 5000 },
      fields: selectionFields,
    },
    response: selection,
  },
  'POST /api/v1/orchestration/model-selection': {
    summary: 'Select the optimal model',
    description:
      'Chooses among the models of configured providers whose price is known, and shows the alternatives in their order. `cost_per_token` is the price at the requested size.',
    request: {
      name: 'Requirements',
      example: {
        task_type: 'code',
        required_capabilities: ['code', 'reasoning'],
        context_size: 10000,
        cost_sensitivity: 0.7,
        preferred_provider: 'openai',
      },
      fields: optimalFields,
    },
    response: selection,
  },
} satisfies DialectDocument['operations'];
