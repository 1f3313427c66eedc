import type { ProviderId } from '../../vocabulary.ts';

/**
 * Whose servers make answers fit a JSON Schema. Behind `openai` and `custom` may be any server that speaks the protocol,
 * and many of them ignore `response_format` without an error.
 */
const ENFORCES: Record<ProviderId, boolean> = {
  anthropic: true,
  azure: true,
  demo: true,
  ollama: true,
  openai: false,
  custom: false,
};

/** What a model is sent about the schema of its answer; null: its server sees to it. */
export function schemaPrompt(provider: ProviderId, schema: Record<string, unknown>): string | null {
  return ENFORCES[provider] ? null : schemaInstruction(schema);
}

/** What a model is sent about an answer that does not meet the schema, before it is asked again. */
export function correctionPrompt(fault: string, schema: Record<string, unknown>): string {
  return `Your last answer cannot be used: ${fault}.\n\n${schemaInstruction(schema)}`;
}

/** What every model reads about the schema of its answer. */
export function schemaInstruction(schema: Record<string, unknown>): string {
  return `Answer only with JSON that conforms to the following JSON schema. Write no other text and no Markdown around it.\n\n${JSON.stringify(schema)}`;
}
