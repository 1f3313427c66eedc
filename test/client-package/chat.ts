import { AbstractChat, type ChatState, type UIMessage } from 'ai';
import type { PolyphonyChatTransport } from '../../packages/client/src/ai-sdk/index.ts';

/** What `useChat` keeps in React, kept in an object. */
function createState(messages: UIMessage[]): ChatState<UIMessage> {
  return {
    status: 'ready',
    error: undefined,
    messages,
    pushMessage(message) {
      this.messages = [...this.messages, message];
    },
    popMessage() {
      this.messages = this.messages.slice(0, -1);
    },
    replaceMessage(index, message) {
      this.messages = this.messages.with(index, structuredClone(message));
    },
    snapshot: (thing) => structuredClone(thing),
  };
}

/** The chat of `useChat`, without React. */
export class Chat extends AbstractChat<UIMessage> {
  constructor(id: string, transport: PolyphonyChatTransport, messages: UIMessage[] = []) {
    super({ id, transport, state: createState(messages) });
  }
}

export function textOf(message: UIMessage | undefined): string {
  return (message?.parts ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');
}
