import { bodyOf, chunk, grown, last, stopped } from '../harness/vendor/behaviours/events.ts';

/** The answer "ok" as the vendors send it. */
export const CHAT_OK = bodyOf({ sent: [chunk({ content: 'ok' }, 'stop'), '[DONE]'] });
export const CLAUDE_OK = bodyOf(
  { sent: [grown({ type: 'text_delta', text: 'ok' }), ...stopped('end_turn')] },
  'messages',
);
export const OLLAMA_OK = bodyOf({ sent: [last({ message: { content: 'ok' } })] }, 'ollama');
export const RESPONSES_OK = bodyOf(
  {
    sent: [
      { type: 'response.output_text.delta', output_index: 0, item_id: 'msg_1', delta: 'ok' },
      { type: 'response.completed', response: { status: 'completed', output: [] } },
    ],
  },
  'responses',
);
