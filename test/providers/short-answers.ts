import { bodyOf, chunk } from '../vendor/compatible.ts';

/** The answer "ok" as the vendors send it. */
export const CHAT_OK = bodyOf({ sent: [chunk({ content: 'ok' }, 'stop'), '[DONE]'] });
export const CLAUDE_OK = bodyOf({
  sent: [
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'ok' } },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
    { type: 'message_stop' },
  ],
});
export const OLLAMA_OK = `${JSON.stringify({ message: { content: 'ok' }, done: true, done_reason: 'stop' })}\n`;
