/** Names that servers use for their models' reasoning; if two have the same content, the first counts. */
export const THOUGHTS = [
  'reasoning_content',
  'reasoning',
  'thinking',
  'reasoning_details',
  'thinking_blocks',
];

/** Other fields they require back: signatures and the like. */
export const KEPT = [...THOUGHTS, 'extra_content', 'provider_specific_fields', 'thought_signature'];
