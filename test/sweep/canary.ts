import { createLog } from '../../src/log.ts';
import type { Values } from './inputs.ts';
import type { Place } from './parts.ts';

const CORE = 'canary7f3a9';

/** Looks like a key that was pasted into the wrong field; also a name of GraphQL, Liquid, a step and a template. */
export const CANARY = `sk_${CORE}`;

/** In base64 a text looks different after 0, 1 and 2 other bytes; its first and last characters hold neighbours' bits. */
const FORMS = [0, 1, 2]
  .map((before) =>
    Buffer.from('x'.repeat(before) + CORE)
      .toString('base64url')
      .slice(2, -1),
  )
  .concat(CORE);

/** Whether the canary is in a text, in any case or in base64. */
export function repeats(text: string): boolean {
  return FORMS.some((form) => text.includes(form)) || text.toLowerCase().includes(CORE);
}

export type Sent = readonly [what: string, value: unknown];

/** What any field is given, whatever it takes. */
export const WRONG: readonly Sent[] = [
  ['a text', CANARY],
  ['an object', { secret: CANARY }],
  ['a list', [CANARY]],
  ['an address with a password', `https://user:${CANARY}@example.com/`],
  ['a text that is too long', CANARY.repeat(600)],
  ['a text with a control character', `${CANARY}\u0000`],
];

/** In the form of a global id. */
export const idOf = (type: string): Sent => [
  `an id of the type ${type}`,
  Buffer.from(`${type}:${CANARY}`).toString('base64url'),
];

const LIQUID: readonly string[] = [
  `{{ "${CANARY}" | nothing }}`,
  `{{ "${CANARY}`,
  `{% if "${CANARY}" %}`,
  `{% for a on "${CANARY}" %}{% endfor %}`,
  `{% raw %}${CANARY}`,
  `"${CANARY}" | nothing`,
];

const SCHEMAS: readonly object[] = [
  { type: CANARY },
  { pattern: `${CANARY}(` },
  { properties: { a: { pattern: `(?<${CANARY}` } } },
  { $ref: CANARY },
  { $defs: { a: { $id: CANARY }, b: { $id: CANARY } } },
  { enum: CANARY },
  { default: `${CANARY}\ud800` },
];

/** What fields of some names are given in addition, because it passes the checks that refuse the rest. */
const ALSO: readonly [field: RegExp, values: readonly unknown[]][] = [
  [/^(after|before|cursor)$/, [Buffer.from(JSON.stringify([CANARY])).toString('base64url')]],
  [
    /url$/i,
    [`http://${CANARY}.example/`, `https://a.example/?token=${CANARY}`, `ftp://x:${CANARY}@a.example`],
  ],
  [/^working_?directory$/i, [`/${CANARY}`, `../${CANARY}`, `/etc/${CANARY}`]],
  [/^cron$/, [`0 0 1 1 ${CANARY}`, `${CANARY} * * * *`]],
  [/^time_?zone$/i, [`Europe/${CANARY}`]],
  [/email$/i, [`${CANARY}@example.com`]],
  [/^(from|to|since|until)$|At$|_at$/, [`2026-01-01T00:00:00 ${CANARY}`, `2026-01-01T00:00:00Z${CANARY}`]],
  [/response_?schema$/i, SCHEMAS],
  [
    /parameters$/i,
    [
      { number: CANARY, word: CANARY, list: { a: CANARY } },
      { list: [[CANARY]], number: [CANARY] },
    ],
  ],
  [/^credentials$/, [{ token: CANARY }, { secret: CANARY }, { webhookUrl: CANARY }, { webhook_url: CANARY }]],
];

/** Fields of steps that take Liquid, or may. */
const TAKES_LIQUID =
  /^(condition|for_?each|task|prompt|system_?prompt|content|path|script|args|name|url|token)$/i;

/** All that the field at a place is given. */
export function sentTo(place: Place): readonly Sent[] {
  const name = place.findLast((part) => !/^\d+$/.test(part))!;
  const liquid = place.includes('steps') && TAKES_LIQUID.test(name) ? LIQUID : [];
  const also = [...liquid, ...ALSO.flatMap(([field, values]) => (field.test(name) ? values : []))];
  return [...WRONG, ...also.map((value) => [JSON.stringify(value), value] as const)];
}

/** A value that is well-formed where a text or a list of texts is taken. */
export function isText(value: unknown): boolean {
  return [value].flat().every((one) => typeof one === 'string');
}

/** A log whose lines are kept. */
export function keepLog() {
  const lines: string[] = [];
  const log = createLog('trace', { write: (line) => void lines.push(line) });
  return { log, lines };
}

/** The same value with another at a place. What does not exist on the way is made. */
export function withValue(value: unknown, place: Place, other: unknown): unknown {
  const [name, ...rest] = place;
  if (name === undefined) return other;
  if (Array.isArray(value) && name !== '0') return [withValue(value[0], place, other)];
  if (name === '0') return [withValue(Array.isArray(value) ? value[0] : undefined, rest, other)];
  const object = typeof value === 'object' && value !== null ? (value as Values) : {};
  return { ...object, [name]: withValue(object[name], rest, other) };
}

/** Enough to keep server and database busy. */
const AT_ONCE = 8;

/** What `probe` finds for each, in the order of the texts. @param atOnce how many are probed at the same time. */
export async function findAll<One>(
  all: readonly One[],
  probe: (one: One) => Promise<string | null>,
  atOnce = AT_ONCE,
): Promise<string[]> {
  const found: string[] = [];
  const left = all.values();
  const work = async () => {
    for (const one of left) {
      const problem = await probe(one);
      if (problem !== null) found.push(problem);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return found.sort();
}
