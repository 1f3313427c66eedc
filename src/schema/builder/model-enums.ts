import {
  CIRCUITS,
  FINISH_REASONS,
  MODEL_CALL_STATUSES,
  MODEL_CAPABILITIES,
  PROVIDERS,
} from '../../vocabulary.ts';
import { builder } from './builder.ts';
import { capitals } from './enum-values.ts';

export const ProviderEnum = builder.enumType('Provider', {
  description: 'A provider of models.',
  values: capitals(PROVIDERS, {
    openai: 'OpenAI, or a server with the same API.',
    anthropic: 'Anthropic: the Claude models.',
    azure: 'Azure OpenAI; its models are named after their deployments.',
    custom: 'Any server with the API of OpenAI, at an address that an admin configured for the model.',
    ollama: 'Ollama: models on your own machine, free of charge.',
    demo: 'The built-in demo model: deterministic, no network, no real AI.',
  }),
});

export const CircuitEnum = builder.enumType('Circuit', {
  description:
    'Whether a model is chosen for requests that name none. A model named in a request is always used.',
  values: capitals(CIRCUITS, {
    closed: 'It is available.',
    open: 'It failed five times in a row, most recently less than 30 seconds ago; it is avoided.',
    half_open:
      'It failed five times in a row, most recently at least 30 seconds ago; one call may try it again.',
  }),
});

export const FinishReasonEnum = builder.enumType('FinishReason', {
  description: 'Why a model stopped generating.',
  values: capitals(FINISH_REASONS, {
    stop: 'The answer is complete.',
    length: 'The answer reached a limit for its length and is cut off.',
    tool_calls: 'The model called tools.',
    content_filter: 'A content filter of the provider stopped it, or the model refused to answer.',
    other: 'The provider gave another reason.',
    unknown: 'The provider gave no reason.',
  }),
});

export const ModelCallStatusEnum = builder.enumType('ModelCallStatus', {
  description: 'Status of a request to a provider.',
  values: capitals(MODEL_CALL_STATUSES, {
    started: 'The request is about to be sent, or was sent and is being answered.',
    completed: 'The answer is complete.',
    failed: 'The provider failed, or the answer was interrupted.',
    cancelled: 'It was stopped because its run ended.',
  }),
});

export const ModelCapabilityEnum = builder.enumType('ModelCapability', {
  description: 'A capability of a model.',
  values: capitals(MODEL_CAPABILITIES, {
    text: 'Understands and writes text.',
    code: 'Reads and writes code.',
    reasoning: 'Reasons before it answers.',
    planning: 'Breaks work down into steps.',
    vision: 'Accepts images.',
    audio: 'Accepts or produces audio.',
    embedding: 'Turns text into embedding vectors.',
  }),
});
