/** Whether a text has no Liquid outputs or tags, so that it renders to itself. */
export function isPlain(text: string): boolean {
  return !text.includes('{{') && !text.includes('{%');
}

/** A condition, as in `{% if … %}`, as a text whose references can be determined. */
export function conditionText(condition: string): string {
  return `{% if ${condition} %}true{% endif %}`;
}
