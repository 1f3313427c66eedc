import type { TemplateDefinition, TemplateParameter } from './template.ts';

interface BuiltIn extends TemplateDefinition {
  name: string;
  description: string;
}

function text(name: string, description: string, more: Partial<TemplateParameter> = {}): TemplateParameter {
  const unbounded = { default: null, allowed: null, min: null, max: null, isSecret: false };
  return { name, type: 'string', required: false, description, ...unbounded, ...more };
}

const required = { required: true, min: 1 };

/** Templates of every installation; their names, parameters and steps are those of AI Task Orchestra. */
export const BUILT_IN_TEMPLATES: readonly BuiltIn[] = [
  {
    name: 'ollama-inference',
    description: 'Run inference with specified model and prompt',
    parameters: [
      text('model', 'Ollama model name', { ...required, max: 200 }),
      text('prompt', 'Prompt for the model', required),
      text('system_prompt', 'Optional system prompt'),
    ],
    steps: [
      {
        id: 'generate',
        type: 'ollama_generate',
        model: '{{model}}',
        prompt: '{{prompt}}',
        system: '{{system_prompt}}',
        parameters: {},
      },
    ],
  },
  {
    name: 'git-script-execution',
    description: 'Clone repository, run script, store results',
    parameters: [
      text('repo_url', 'Git repository URL', required),
      text('script_path', 'Path to script within repository', required),
      text('output_path', 'Path to store output', { ...required, max: 200 }),
      text('branch', 'Branch or tag; without one, the default branch'),
      text('token', 'Access token for a private repository', { isSecret: true }),
    ],
    steps: [
      {
        id: 'clone',
        type: 'git_clone',
        url: '{{repo_url}}',
        ref: '{{branch}}',
        directory: 'repository',
        token: '{{token}}',
      },
      {
        id: 'run',
        type: 'run_script',
        path: '{{script_path}}',
        script: null,
        args: [],
        directory: 'repository',
        timeoutSeconds: null,
      },
      {
        id: 'store',
        type: 'store_output',
        name: '{{output_path}}',
        path: 'repository/{{output_path}}',
        content: '{{steps.run.output}}',
        mediaType: null,
      },
    ],
  },
];
