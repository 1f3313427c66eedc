import { isJsonObject, type JsonObject } from '../../rules/json/json-object.ts';

/** An error as reported by a server. */
export interface Problem {
  message: string;
  /** Its own code; some send a number like an HTTP status. */
  code: string | null;
  /** Its type of error. */
  type: string | null;
  /** The parameter concerned, if the server names it separately. */
  parameter: string | null;
}

/** Members of which any makes an object an answer, or a piece of one. */
const ANSWERS = ['choices', 'usage', 'done', 'delta', 'content', 'content_block', 'status', 'model', 'index'];

/**
 * The error sent instead of a piece of an answer, in the format of any server; null: it is not an error.
 * @param sent parsed JSON
 */
export function problemIn(sent: unknown): Problem | null {
  if (Array.isArray(sent)) return sent.map(problemIn).find((found) => found !== null) ?? null;
  if (!isJsonObject(sent)) return null;
  if (sent.error || sent.object === 'error' || sent.type === 'error') return readProblem(sent);
  if (ANSWERS.some((name) => name in sent) || isJsonObject(sent.message)) return null;
  return WORDS.some((name) => sent[name]) ? readProblem(sent) : null;
}

/** Where servers put the error message, innermost first. */
const WORDS = [
  'error',
  'errors',
  'detail',
  'details',
  'message',
  'msg',
  'error_msg',
  'error_message',
  'reason',
];

/** @param sent the parsed body of an error, in any format */
export function readProblem(sent: unknown): Problem {
  const found = read(sent, 0);
  return { ...found, message: found.message || 'no reason given' };
}

/** The HTTP status named by the code of an error that was sent instead of an answer. */
export function statusOf(code: string | null): number | null {
  const status = Number(code);
  return status >= 400 && status <= 599 ? status : null;
}

const DEEPEST = 6;

function read(sent: unknown, depth: number): Problem {
  if (typeof sent === 'string') return inner(sent, depth) ?? { ...SILENT, message: sent };
  if (depth > DEEPEST) return SILENT;
  if (Array.isArray(sent)) return together(sent.map((one) => read(one, depth + 1)));
  return isJsonObject(sent) ? readObject(sent, depth) : SILENT;
}

const SILENT: Problem = { message: '', code: null, type: null, parameter: null };

function readObject(sent: JsonObject, depth: number): Problem {
  const said =
    WORDS.map((name) => read(sent[name], depth + 1)).find(({ message }) => message !== '') ?? SILENT;
  // The response that a router received from the server behind it.
  const raw = isJsonObject(sent.metadata) ? read(sent.metadata.raw, depth + 1).message : '';
  return {
    message: raw && !said.message.includes(raw) ? `${said.message}: ${raw}` : said.message,
    code: said.code ?? word(sent.code ?? sent.error_code ?? sent.status_code),
    type: said.type ?? word(sent.type ?? sent.status),
    parameter: said.parameter ?? word(sent.param) ?? lastOf(sent.loc),
  };
}

/** Servers pass on errors of others as text. */
function inner(text: string, depth: number): Problem | null {
  const start = text.search(/[{[]\s*["{]/);
  if (start === -1 || depth > DEEPEST) return null;
  try {
    const said = read(JSON.parse(text.slice(start)), depth + 1);
    return said.message === '' ? null : { ...said, message: `${text.slice(0, start)}${said.message}` };
  } catch {
    return null;
  }
}

function together(all: readonly Problem[]): Problem {
  const said = all.filter(({ message }) => message !== '');
  const first = said[0] ?? SILENT;
  return { ...first, message: said.map(({ message, parameter }) => named(message, parameter)).join('; ') };
}

/** Validators report "Extra inputs are not permitted", and name the input separately. */
function named(message: string, parameter: string | null): string {
  return parameter && !message.includes(parameter) ? `${parameter}: ${message}` : message;
}

function lastOf(path: unknown): string | null {
  return Array.isArray(path) ? word(path.findLast((step) => typeof step === 'string')) : null;
}

function word(sent: unknown): string | null {
  return typeof sent === 'string' || typeof sent === 'number' ? String(sent) : null;
}
