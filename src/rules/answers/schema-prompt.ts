import type { ProviderId } from '../../vocabulary.ts';
import { PROVIDER_FACTS } from '../models/provider-facts.ts';

/** The instruction about the schema of the answer; null: the server enforces it. */
export function schemaPrompt(provider: ProviderId, schema: Record<string, unknown>): string | null {
  return PROVIDER_FACTS[provider].enforcesSchema ? null : schemaInstruction(schema);
}

/** The message after an answer that does not match the schema, before the model is asked again. */
export function correctionPrompt(problem: string, schema: Record<string, unknown>): string {
  return `Your last answer cannot be used: ${problem}. Answer again.\n\n${schemaInstruction(schema)}`;
}

/** The instruction about the schema of an answer. */
export function schemaInstruction(schema: Record<string, unknown>): string {
  return `Answer only with JSON that conforms to the following JSON Schema. Write no other text and no Markdown around it.\n\n${JSON.stringify(schema)}`;
}
