/**
 * How open models mark their reasoning if their server does not separate it from the text. A template may put
 * the opening mark into the prompt, so that an answer has only the closing one.
 */
const MARKS: readonly (readonly [open: string, close: string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<reasoning>', '</reasoning>'],
  ['<reflection>', '</reflection>'],
  ['[THINK]', '[/THINK]'],
  ['◁think▷', '◁/think▷'],
  ['<seed:think>', '</seed:think>'],
  ['<|channel|>analysis<|message|>', '<|end|>'],
];

/**
 * The text without reasoning at its beginning; reasoning that does not end extends to the end of the text.
 */
export function withoutThoughts(text: string): string {
  let rest = text.trimStart();
  for (;;) {
    const mark = MARKS.find(([open]) => rest.startsWith(open));
    if (!mark) break;
    const end = rest.indexOf(mark[1]);
    if (end === -1) return '';
    rest = rest.slice(end + mark[1].length).trimStart();
  }
  return rest === text.trimStart() ? afterClosingMark(text) : rest;
}

/** The text after a closing mark without an opening one. */
function afterClosingMark(text: string): string {
  for (const [open, close] of MARKS) {
    const end = text.indexOf(close);
    if (end !== -1 && close !== '<|end|>' && !text.slice(0, end).includes(open)) {
      return text.slice(end + close.length).trimStart();
    }
  }
  return text;
}
