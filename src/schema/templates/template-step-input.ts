import { builder } from '../builder/builder.ts';
import { PromptParametersInput } from '../runs/prompt-parameters.ts';

type InputFields = Parameters<NonNullable<Parameters<typeof builder.inputType>[1]['fields']>>[0];

const key = (t: InputFields) =>
  t.string({
    required: true,
    description: 'Unique within the template: 1 to 64 letters, digits and _, beginning with a letter.',
  });

const prompted = (t: InputFields) => ({
  prompt: t.string({ required: true, description: 'The prompt.' }),
  systemPrompt: t.string({ description: 'Instructions that the model gets before the prompt.' }),
  parameters: t.field({ type: PromptParametersInput, description: 'Sampling settings.' }),
});

const GenerateStepInput = builder.inputType('GenerateStepInput', {
  description: 'Asks a model. Outputs: `output`, `model`, `provider`, `finishReason`.',
  fields: (t) => ({
    key: key(t),
    model: t.string({ description: 'The model; it may depend on parameters only. Absent: chosen.' }),
    ...prompted(t),
  }),
});

const OllamaGenerateStepInput = builder.inputType('OllamaGenerateStepInput', {
  description: 'Asks a model of Ollama and reports its resource usage. Outputs as for `generate`.',
  fields: (t) => ({
    key: key(t),
    model: t.string({ required: true, description: 'The model; it may depend on parameters only.' }),
    ...prompted(t),
  }),
});

const GitCloneStepInput = builder.inputType('GitCloneStepInput', {
  description: 'Clones a repository. Outputs: `output` and `commit`, `directory`.',
  fields: (t) => ({
    key: key(t),
    url: t.string({ required: true, description: 'The https URL of the repository.' }),
    ref: t.string({ description: 'A branch or a tag. Absent: the default branch.' }),
    token: t.string({ description: 'An access token, given by a secret parameter.' }),
    directory: t.string({
      description: 'The folder to clone to, relative to the working directory. Absent: named after the step.',
    }),
  }),
});

const RunScriptStepInput = builder.inputType('RunScriptStepInput', {
  description:
    'Runs a script in the sandbox. Outputs: `output` (stdout), `stderr`, `exitCode`. Give `path` or `script`.',
  fields: (t) => ({
    key: key(t),
    path: t.string({ description: 'The file to run, relative to `directory`.' }),
    script: t.string({
      description: 'A Bash script, instead of a path. Pass untrusted values as `args`.',
    }),
    args: t.stringList({ description: 'At most 50 arguments.' }),
    directory: t.string({
      description: 'The folder to run in, relative to the working directory. Absent: that itself.',
    }),
    timeoutSeconds: t.int({ description: '1 to 3600. Absent: 600.' }),
  }),
});

const StoreOutputStepInput = builder.inputType('StoreOutputStepInput', {
  description:
    'Saves text or a file as an artifact. Outputs: `output`, `name`, `size`. Give `content`, `path` or both.',
  fields: (t) => ({
    key: key(t),
    name: t.string({ required: true, description: 'The name of the artifact.' }),
    path: t.string({ description: 'The file to save, relative to the working directory.' }),
    content: t.string({ description: 'The text to save if there is no file at `path`.' }),
    mediaType: t.string({ description: 'Media type of the content. Absent: derived from the name.' }),
  }),
});

export const TemplateStepInput = builder.inputType('TemplateStepInput', {
  description:
    'One step. Its texts are Liquid templates over the parameters (`{{name}}`) and the outputs of earlier steps (`{{steps.key.output}}`).',
  isOneOf: true,
  fields: (t) => ({
    generate: t.field({ type: GenerateStepInput, description: 'Asks a model.' }),
    ollamaGenerate: t.field({ type: OllamaGenerateStepInput, description: 'Asks a model of Ollama.' }),
    gitClone: t.field({ type: GitCloneStepInput, description: 'Clones a repository over https.' }),
    runScript: t.field({ type: RunScriptStepInput, description: 'Runs a script in the sandbox.' }),
    storeOutput: t.field({
      type: StoreOutputStepInput,
      description: 'Saves text or a file as an artifact.',
    }),
  }),
});
