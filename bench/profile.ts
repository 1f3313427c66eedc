import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Span } from './stage.ts';

interface Node {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: number[];
}
/** What `node --cpu-prof` writes. Times are microseconds on the clock of `microseconds`. */
interface Profile {
  nodes: Node[];
  startTime: number;
  samples: number[];
  timeDeltas: number[];
}

const SHOWN = 14;
const ROOT = new URL('..', import.meta.url).href;

/** Where the time of each span went, in shares of the time that the process was at work in it. */
export async function renderProfile(folder: string, spans: readonly Span[]): Promise<string> {
  const [file] = await readdir(folder);
  const profile = JSON.parse(await readFile(join(folder, file!), 'utf8')) as Profile;
  const byLabel = Map.groupBy(spans, ({ label }) => label);
  return [...byLabel].map(([label, ofLabel]) => describe(profile, label, ofLabel)).join('\n\n');
}

function describe(profile: Profile, label: string, spans: readonly Span[]): string {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  );
  const own = new Map<string, number>();
  const owners = new Map<string, number>();
  const ours = new Map<string, number>();
  let total = 0;
  let idle = 0;
  for (const { id, time } of samplesIn(profile, spans)) {
    const node = nodes.get(id)!;
    if (node.callFrame.functionName === '(idle)') {
      idle += time;
      continue;
    }
    total += time;
    add(own, nameOf(node), time);
    add(owners, ownerOf(node), time);
    const nearest = nearestOfOurs(node, nodes, parents);
    if (nearest) add(ours, nearest, time);
  }
  return [
    `${label}: at work ${percent(total, total + idle)} of the time`,
    `  by package: ${top(owners, total).join(', ')}`,
    `  by the nearest function of src/ up the stack:\n${lines(ours, total)}`,
    `  by the function itself:\n${lines(own, total)}`,
  ].join('\n');
}

function* samplesIn({ startTime, samples, timeDeltas }: Profile, spans: readonly Span[]) {
  let at = startTime;
  for (const [index, id] of samples.entries()) {
    const time = Math.max(0, timeDeltas[index]!);
    at += time;
    if (spans.some(({ from, to }) => at >= from && at <= to)) yield { id, time };
  }
}

/** Null for what a library or Node does on its own account: most of what runs after a wait. */
function nearestOfOurs(node: Node, nodes: Map<number, Node>, parents: Map<number, number>): string | null {
  for (let at: Node | undefined = node; at; at = nodes.get(parents.get(at.id) ?? -1)) {
    if (at.callFrame.url.startsWith(`${ROOT}src/`)) return nameOf(at);
  }
  return null;
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: Node): string {
  const place = url.replace(ROOT, '').replace(/^.*node_modules\//, '');
  return place === '' ? functionName : `${functionName || '(anonymous)'} ${place}:${lineNumber + 1}`;
}

function ownerOf({ callFrame: { functionName, url } }: Node): string {
  const packaged = /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(url)?.[1];
  if (packaged) return packaged;
  if (url.startsWith('node:')) return 'node';
  return url === '' ? functionName : url.replace(ROOT, '').split('/')[0]!;
}

function add(sums: Map<string, number>, name: string, time: number): void {
  sums.set(name, (sums.get(name) ?? 0) + time);
}

function top(sums: Map<string, number>, total: number): string[] {
  const sorted = [...sums].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
  return sorted.map(([name, time]) => `${percent(time, total)} ${name}`);
}

function lines(sums: Map<string, number>, total: number): string {
  return top(sums, total)
    .map((line) => `    ${line}`)
    .join('\n');
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;
