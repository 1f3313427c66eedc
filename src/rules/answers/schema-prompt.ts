import type { ProviderId } from '../../vocabulary.ts';

/**
 * Which providers enforce a JSON Schema. Behind `openai` and `custom` may be any server with the protocol,
 * and many of them silently ignore `response_format`.
 */
const ENFORCES: Record<ProviderId, boolean> = {
  anthropic: true,
  azure: true,
  demo: true,
  ollama: true,
  openai: false,
  custom: false,
};

/** The instruction about the schema of the answer; null: the server enforces it. */
export function schemaPrompt(provider: ProviderId, schema: Record<string, unknown>): string | null {
  return ENFORCES[provider] ? null : schemaInstruction(schema);
}

/** The message after an answer that does not match the schema, before the model is asked again. */
export function correctionPrompt(fault: string, schema: Record<string, unknown>): string {
  return `Your last answer cannot be used: ${fault}. Answer again.\n\n${schemaInstruction(schema)}`;
}

/** The instruction about the schema of an answer. */
export function schemaInstruction(schema: Record<string, unknown>): string {
  return `Answer only with JSON that conforms to the following JSON Schema. Write no other text and no Markdown around it.\n\n${JSON.stringify(schema)}`;
}
