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
export const RESPONSES_OK = bodyOf({
  sent: [
    { type: 'response.output_text.delta', output_index: 0, item_id: 'msg_1', delta: 'ok' },
    { type: 'response.completed', response: { status: 'completed', output: [] } },
  ],
});
export const OLLAMA_OK = `${JSON.stringify({ message: { content: 'ok' }, done: true, done_reason: 'stop' })}\n`;
