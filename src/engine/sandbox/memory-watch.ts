import { readdir, readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { Limits } from './limits.ts';

const EVERY_MS = 100;
const KiB = 1024;
/** What the machine keeps available: memory that nothing maps any more shows in no process. */
const RESERVE = Math.min(512 * 2 ** 20, totalmem() / 10);

export interface MemoryWatch {
  /**
   * Looks at the memory of all processes below `pid` while a command runs, shared memory included, which no limit of
   * a process counts.
   * @param onExcess is called once, with the reason.
   * @returns what ends the watch.
   */
  watch(pid: number, accountId: string, onExcess: (reason: string) => void): () => void;
}

interface Watched {
  accountId: string;
  bytes: number;
  end(reason: string): void;
}

/** Bounds the memory of a command, of an account's commands, and of all commands together. */
export function createMemoryWatch(
  limits: Pick<Limits, 'memory' | 'accountMemory' | 'allMemory'>,
): MemoryWatch {
  const commands = new Set<Watched>();
  const check = async (command: Watched) => {
    const ofAccount = [...commands].filter(({ accountId }) => accountId === command.accountId);
    if (command.bytes > limits.memory) command.end(excess('it uses', command.bytes, limits.memory));
    endLargest(ofAccount, limits.accountMemory, 'the commands of its account use');
    endLargest([...commands], limits.allMemory, 'all commands use');
    if ((await availableBytes()) < RESERVE) {
      largest([...commands])?.end(`the server has less than ${mebibytes(RESERVE)} of memory left`);
    }
  };
  return {
    watch(pid, accountId, onExcess) {
      let timer: NodeJS.Timeout | undefined;
      const command: Watched = { accountId, bytes: 0, end };
      const stop = () => {
        commands.delete(command);
        clearTimeout(timer);
      };
      function end(reason: string): void {
        if (commands.has(command)) onExcess(reason);
        stop();
      }
      const look = async () => {
        command.bytes = await memoryOf(pid, limits.memory);
        if (commands.has(command)) await check(command);
        if (commands.has(command)) timer = setTimeout(start, EVERY_MS);
      };
      const start = () =>
        void look().catch((error: Error) => end(`its memory is not known: ${error.message}`));
      commands.add(command);
      start();
      return stop;
    },
  };
}

function endLargest(commands: readonly Watched[], limit: number, what: string): void {
  const bytes = commands.reduce((sum, command) => sum + command.bytes, 0);
  if (bytes > limit) largest(commands)?.end(excess(what, bytes, limit));
}

function largest(commands: readonly Watched[]): Watched | undefined {
  return commands.toSorted((a, b) => b.bytes - a.bytes)[0];
}

function excess(what: string, bytes: number, limit: number): string {
  return `${what} ${mebibytes(bytes)} of memory, and ${mebibytes(limit)} are allowed`;
}

/** @returns bytes. Exact only beyond `enough`: what processes share counts for each of them before. */
async function memoryOf(pid: number, enough: number): Promise<number> {
  const pids = await descendants(pid);
  let most = 0;
  for (const each of pids) most += await bytesIn(`/proc/${each}/status`, /^(?:RssAnon|RssShmem|VmSwap):/);
  if (most <= enough) return most;
  let exact = 0;
  for (const each of pids)
    exact += await bytesIn(`/proc/${each}/smaps_rollup`, /^(?:Pss_Anon|Pss_Shmem|SwapPss):/);
  // 0: this kernel does not say, or not to us.
  return exact || most;
}

/** Processes that were orphaned are children of the first one of their namespace. */
async function descendants(pid: number): Promise<number[]> {
  const found = [pid];
  for (const each of found) {
    const threads = await readdir(`/proc/${each}/task`).catch(() => []);
    for (const thread of threads) {
      const children = await readFile(`/proc/${each}/task/${thread}/children`, 'utf8').catch(() => '');
      found.push(...children.split(' ').filter(Boolean).map(Number));
    }
  }
  return found;
}

/** The sum of some lines of a file in /proc; 0 for a process that has ended. */
async function bytesIn(path: string, wanted: RegExp): Promise<number> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => wanted.test(line));
  return lines.reduce((sum, line) => sum + Number(/\d+/.exec(line)?.[0] ?? 0) * KiB, 0);
}

async function availableBytes(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const found = /^MemAvailable:\s+(\d+)/m.exec(text);
  return found ? Number(found[1]) * KiB : Number.POSITIVE_INFINITY;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20).toLocaleString('en')} MiB`;
}
