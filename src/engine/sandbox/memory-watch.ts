import type { Limits } from './limits.ts';
import { availableMemory, memoryOf } from './process-memory.ts';

const EVERY_MS = 100;
/**
 * Interval for checking the machine's memory. A check takes 0.1 ms; one processor can fill about 50 MiB in
 * the interval.
 */
const MACHINE_EVERY_MS = 20;
/** A decrease by this much since the last check triggers a check of the commands at once. */
const SUDDEN = 64 * 2 ** 20;

export interface MemoryWatch {
  /**
   * Watches the memory of all processes below `pid` while a command runs, including shared memory, which no
   * process limit counts.
   * @param onExcess called once, with the reason
   * @returns a function that ends the watch; call it when the command has ended
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

/** Limits the memory of a command, of an account's commands, and of all commands together. */
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
          .catch((error: Error) => end(`its memory usage could not be determined: ${error.message}`))
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
 * Many processes can allocate more between two checks than all of them are allowed, and memory the kernel
 * holds for them (pipes, sockets) counts towards no process. So while commands run, the machine's own memory
 * is watched closely.
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

/**
 * Ends the largest command first and waits for memory to be freed; with half of the reserve used up it ends
 * all at once.
 */
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
  return `${what} ${mebibytes(bytes)} of memory, and the limit is ${mebibytes(limit)}`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20).toLocaleString('en')} MiB`;
}
