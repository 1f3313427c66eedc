import type { Limits } from './limits.ts';
import { availableMemory, memoryOf } from './process-memory.ts';

const EVERY_MS = 100;
/** How often the machine's memory is looked at, which costs 0.1 ms: a processor fills about 50 MiB meanwhile. */
const MACHINE_EVERY_MS = 20;
/** So much less than at the last look makes it look at the commands at once. */
const SUDDEN = 64 * 2 ** 20;

export interface MemoryWatch {
  /**
   * Looks at the memory of all processes below `pid` while a command runs, shared memory included, which no limit of
   * a process counts.
   * @param onExcess is called once, with the reason.
   * @returns what ends the watch; to be called when the command has ended.
   */
  watch(pid: number, accountId: string, onExcess: (reason: string) => void): () => void;
}

export type MemoryLimits = Pick<
  Limits,
  'memory' | 'accountMemory' | 'allMemory' | 'temporary' | 'memoryReserve'
>;

interface Watched {
  accountId: string;
  bytes: number;
  isEnding: boolean;
  end(reason: string): void;
  look(): void;
}

/** Bounds the memory of a command, of an account's commands, and of all commands together. */
export function createMemoryWatch(limits: MemoryLimits): MemoryWatch {
  const commands = new Set<Watched>();
  const alive = () => [...commands].filter(({ isEnding }) => !isEnding);
  const check = (command: Watched) => {
    const ofAccount = alive().filter(({ accountId }) => accountId === command.accountId);
    if (command.bytes > limits.memory) command.end(excess('it uses', command.bytes, limits.memory));
    endLargest(ofAccount, limits.accountMemory, 'the commands of its account use');
    endLargest(alive(), limits.allMemory, 'all commands use');
  };
  const machine = createMachineWatch(limits.memoryReserve, commands);
  return {
    watch(pid, accountId, onExcess) {
      let timer: NodeJS.Timeout | undefined;
      let isLooking = false;
      const command: Watched = { accountId, bytes: 0, isEnding: false, end, look };
      const isWatched = () => commands.has(command) && !command.isEnding;
      function end(reason: string): void {
        if (!isWatched()) return;
        command.isEnding = true;
        onExcess(reason);
      }
      const measure = async () => {
        command.bytes = await memoryOf(pid, limits);
        if (isWatched()) check(command);
      };
      function look(): void {
        if (isLooking || !isWatched()) return;
        isLooking = true;
        clearTimeout(timer);
        void measure()
          .catch((error: Error) => end(`its memory is not known: ${error.message}`))
          .finally(() => {
            isLooking = false;
            if (isWatched()) timer = setTimeout(look, EVERY_MS);
          });
      }
      commands.add(command);
      look();
      machine.begin();
      return () => {
        commands.delete(command);
        clearTimeout(timer);
      };
    },
  };
}

/**
 * Many processes may take more between two looks than all of them may have, and what they make the kernel hold
 * (pipes, sockets) is in no process's count. So while commands run, the machine's own memory is watched closely.
 */
function createMachineWatch(reserve: number, commands: ReadonlySet<Watched>): { begin(): void } {
  let timer: NodeJS.Timeout | undefined;
  let before = 0;
  const look = () => {
    timer = commands.size > 0 ? setTimeout(look, MACHINE_EVERY_MS) : undefined;
    const available = availableMemory();
    relieve(available, reserve, [...commands]);
    if (before - available > SUDDEN) for (const command of commands) command.look();
    if (available > before || before - available > SUDDEN) before = available;
  };
  return {
    begin() {
      if (timer !== undefined) return;
      before = availableMemory();
      look();
    },
  };
}

/** Ends the largest first, and waits for what that frees; with half of the reserve gone there is no time for it. */
function relieve(available: number, reserve: number, commands: readonly Watched[]): void {
  if (available >= reserve) return;
  const reason = `the server has less than ${mebibytes(reserve)} of memory left`;
  const isUrgent = available < reserve / 2;
  if (isUrgent) for (const command of commands) command.end(reason);
  else if (!commands.some(({ isEnding }) => isEnding)) largest(commands)?.end(reason);
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

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20).toLocaleString('en')} MiB`;
}
