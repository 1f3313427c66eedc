/** Linear in any text; a pattern that begins with optional space is quadratic in a text of nothing else. */
export function splitWords(text: string): string[] {
  return text.match(/\S+\s*/g) ?? [];
}
