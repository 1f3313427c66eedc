import { anthropic } from './anthropic.ts';
import { azure } from './azure.ts';
import type { Actor } from './behaviour.ts';
import { deepSeek } from './deepseek.ts';
import { gemini } from './gemini.ts';
import { groq } from './groq.ts';
import { liteLlm } from './litellm.ts';
import { llamaCpp } from './llama-cpp.ts';
import { lmStudio } from './lm-studio.ts';
import { mistral } from './mistral.ts';
import { moonshot } from './moonshot.ts';
import { ollama, ollamaV1 } from './ollama.ts';
import { openAi, openAiReasoning, openAiResponses } from './openai.ts';
import { openRouter } from './openrouter.ts';
import { bedrock, cloudflare, fastApi, fireworks, tgi, together } from './others.ts';
import { sgLang } from './sglang.ts';
import { vLlm } from './vllm.ts';
import { xAi } from './xai.ts';

/** Whom the vendor can play. */
export const ACTORS = {
  OpenAI: openAi,
  'OpenAI for models that reason': openAiReasoning,
  'OpenAI by Responses': openAiResponses,
  Azure: azure,
  Anthropic: anthropic,
  Gemini: gemini,
  Mistral: mistral,
  DeepSeek: deepSeek,
  xAI: xAi,
  Moonshot: moonshot,
  OpenRouter: openRouter,
  Groq: groq,
  vLLM: vLlm,
  SGLang: sgLang,
  'llama.cpp': llamaCpp,
  'LM Studio': lmStudio,
  Ollama: ollama,
  'Ollama as OpenAI': ollamaV1,
  LiteLLM: liteLlm,
  Together: together,
  Fireworks: fireworks,
  Cloudflare: cloudflare,
  Bedrock: bedrock,
  TGI: tgi,
  FastAPI: fastApi,
} as const satisfies Record<string, Actor>;

export type Who = keyof typeof ACTORS;

export const WHO = Object.keys(ACTORS) as Who[];

export const actorOf = (who: Who): Actor => ACTORS[who];
