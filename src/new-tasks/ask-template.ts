import type { ModelReference } from '../rules/models/model-id.ts';
import { askingSteps, splitSecrets } from '../rules/templates/task.ts';
import type { TemplateDefinition } from '../rules/templates/template.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { NewEvent } from '../store/log/events.ts';
import { type Asked, NOTHING_ASKED } from './prepare-task.ts';

interface NamedTemplate extends Pick<TemplateDefinition, 'parameters' | 'steps'> {
  name: string;
  version: number;
}

type FoundModel = ModelReference & { events: readonly NewEvent[] };

/** Finds the models that steps ask. `stepId` is for error messages. */
export interface ModelFinder {
  /** @param name null: one is to be chosen */
  named(stepId: string, name: string | null): FoundModel | Promise<FoundModel>;
  /** A model of Ollama, which may be there although the catalog does not have it. */
  ollama(stepId: string, name: string | null): FoundModel | Promise<FoundModel>;
}

/**
 * What a task made from a template asks for.
 * @param filled the values of its parameters, checked, and the names of the models that its steps ask, by step
 */
export async function askTemplate(
  { name, version, parameters, steps }: NamedTemplate,
  filled: { values: Record<string, unknown>; models: Readonly<Record<string, string | null>> },
  { finder, secrets: box }: { finder: ModelFinder; secrets: Pick<SecretBox, 'seal'> },
): Promise<Asked> {
  const models: Record<string, ModelReference> = {};
  const events: NewEvent[] = [];
  for (const step of askingSteps(steps)) {
    const find = step.type === 'ollama_generate' ? finder.ollama : finder.named;
    const found = await find(step.id, filled.models[step.id]?.trim() || null);
    models[step.id] = { provider: found.provider, model: found.model };
    events.push(...found.events);
  }
  const { values, secrets } = splitSecrets(parameters, filled.values);
  const sealed = secrets && (await box.seal(JSON.stringify(secrets)));
  const [first] = Object.values(models);
  return {
    ...NOTHING_ASKED,
    provider: first?.provider ?? null,
    model: first?.model ?? null,
    template: { name, version, plan: { steps, models }, values, secrets: sealed },
    events,
  };
}
