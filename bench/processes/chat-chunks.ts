/** The server-sent events of one answer, as long as OpenAI's own. */
export function chunksOf(model: string) {
  const head = `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1763000000,"model":${JSON.stringify(model)},"service_tier":"default","system_fingerprint":"fp_bench"`;
  const chunk = (delta: string, finish = 'null') =>
    `${head},"usage":null,"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}]}\n\n`;
  const [before, after] = chunk('{"content":"| "}').split('|');
  return {
    opening: chunk('{"role":"assistant","content":"","refusal":null}'),
    token: (text: number) => `${before}${text}${after}`,
    closing: (tokens: number) =>
      `${chunk('{}', '"stop"')}${head},"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":${tokens},"total_tokens":${tokens + 5}}}\n\ndata: [DONE]\n\n`,
  };
}
