export { type PolyphonyChatOptions, PolyphonyChatTransport } from './chat-transport.ts';
export { messagesOf } from './messages.ts';
