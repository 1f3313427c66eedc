/** OpenAI's models that reason, wherever they are served and whatever is put around their names. */
const REASONING = /(^|[/:])(o\d|gpt-[5-9]|codex|computer-use)/i;

/** Those of ChatGPT answer at once, under the names of the families that reason: `gpt-5-chat-latest`. */
const AT_ONCE = /-chat\b/i;

/** Whether a model is of the families that take `max_completion_tokens` alone. */
export function isOfReasoningFamily(model: string): boolean {
  return REASONING.test(model);
}

export function isReasoningModel(model: string): boolean {
  return REASONING.test(model) && !AT_ONCE.test(model);
}
