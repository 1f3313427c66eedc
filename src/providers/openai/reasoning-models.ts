/** OpenAI's reasoning models, under any prefix or suffix of the name. */
const REASONING = /(^|[/:])(o\d|gpt-[5-9]|codex|computer-use)/i;

/** ChatGPT models answer without reasoning, although their names belong to reasoning families (`gpt-5-chat-latest`). */
const AT_ONCE = /-chat\b/i;

/** Whether a model is of the families that take `max_completion_tokens` alone. */
export function isOfReasoningFamily(model: string): boolean {
  return REASONING.test(model);
}

export function isReasoningModel(model: string): boolean {
  return REASONING.test(model) && !AT_ONCE.test(model);
}
