import type { RequestParts } from '../../src/rest-compat/definitions/terms.ts';

/** Parts of requests whose members exclude each other, by dialect, method and path. */
export const OVERRIDES: Readonly<Record<string, Partial<RequestParts>>> = {
  'themachine PATCH /api/v1/tasks/{task_id}': {
    body: { title: 'Security scan', description: 'Scan example.com', priority: 'high' },
  },
  'themachine PATCH /api/v1/models/{model_id}': {
    body: { name: 'Example', capabilities: ['text'], context_window: 8192, is_active: true },
  },
  'themachine POST /api/v1/orchestration/workflows': {
    body: {
      name: 'Example',
      description: 'Scan example.com',
      steps: [
        { id: 'scan', name: 'Scan', task: 'Scan example.com', model_id: 'demo' },
        { id: 'sum', name: 'Sum up', task: 'Sum up: {{ steps.scan.output }}', depends_on: ['scan'] },
      ],
    },
  },
  'themachine PATCH /api/v1/orchestration/workflows/{workflow_id}': {
    body: {
      name: 'Example',
      steps: [{ id: 'scan', name: 'Scan', task: 'Scan example.com' }],
      is_active: true,
    },
  },
  'ai-task-orchestra POST /api/v1/tasks': {
    body: { template: 'report', parameters: { topic: 'security' }, priority: 5 },
  },
  'amas POST /api/v1/integrations': { body: { platform: 'github', credentials: { token: 'TOKEN' } } },
};
