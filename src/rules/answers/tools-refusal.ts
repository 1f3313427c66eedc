/**
 * Error messages of servers for models without tools: Ollama, OpenAI, OpenRouter, vLLM, llama.cpp, LiteLLM
 * and others.
 */
const REFUSALS = [
  /(?:does not|doesn't|not) support(?:ed|s)? (?:tools?|tool[ -](?:use|calls?|calling|choice)|functions?|function[ -]calling)/i,
  /\b(?:tools?|tool_choice|functions?|function calling)\b['"`]? (?:is|are) not supported/i,
  /no endpoints found that support tool use/i,
  /tool choice requires --enable-auto-tool-choice/i,
  /tools? param requires --jinja/i,
];

/** Whether a request was rejected because of its tools in general, and not because of one of them. */
export function refusesTools(message: string): boolean {
  return REFUSALS.some((pattern) => pattern.test(message));
}
