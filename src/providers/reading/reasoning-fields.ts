/** What servers call their models' thinking; where two say the same, the first counts. */
export const THOUGHTS = [
  'reasoning_content',
  'reasoning',
  'thinking',
  'reasoning_details',
  'thinking_blocks',
];

/** What else they want back: signatures and the like. */
export const KEPT = [...THOUGHTS, 'extra_content', 'provider_specific_fields', 'thought_signature'];
