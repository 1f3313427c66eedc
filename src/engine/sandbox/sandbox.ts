import { resolve } from 'node:path';
import { createTurns } from '../../fair-slots.ts';
import type { Log } from '../../log.ts';
import type { SandboxState } from '../../vocabulary.ts';
import { createBubblewrap } from './bubblewrap.ts';
import type { Command, CommandResult } from './command.ts';
import { createDiskUsage } from './disk-usage.ts';
import { type Launch, launchPlain } from './launch.ts';
import { LIMITS, type Limits } from './limits.ts';
import { createMemoryWatch } from './memory-watch.ts';
import { runProcess } from './run-process.ts';

/** Runs commands that can access only their working directory. */
export interface Sandbox {
  /**
   * When it returns, no process that the command started is alive. A command waits while its account, or all
   * accounts together, have reached their number of concurrent commands; waiting does not count towards its
   * time limit.
   * @throws DomainError SANDBOX_UNAVAILABLE when this machine has no sandbox or the directory is unusable;
   * DISK_RESERVE_REACHED, DISK_QUOTA_EXCEEDED when there is no disk space for its files
   */
  run(command: Command): Promise<CommandResult>;
  /**
   * Finds out, once, whether commands can run on this machine; until they can, each call tries again.
   * @throws DomainError SANDBOX_UNAVAILABLE, with what to install
   */
  check(): Promise<void>;
  /** As the last check found it. */
  state(): SandboxState;
}

export interface SandboxSettings {
  /** `none`: the operator lets commands run with all permissions of the server. */
  mode: 'bubblewrap' | 'none';
  /** Where to search for bwrap, in the format of PATH. */
  searchPath: string;
  /** Folders to hide from commands, if they are inside the system folders (such as /usr/src/app). */
  hidden: readonly string[];
  limits?: Limits;
  /** Receives one message with the mechanism that limits commands. */
  log?: Pick<Log, 'info' | 'warn'>;
  /** Folders that contain the working directories of accounts, below their ids. */
  roots?: readonly string[];
}

/** The folder of this program. */
const APPLICATION = resolve(import.meta.dirname, '../../..');

export function createSandbox(settings: SandboxSettings): Sandbox {
  const { mode, limits = LIMITS, roots = [] } = settings;
  const hidden = [APPLICATION, ...settings.hidden];
  const usage = createDiskUsage(limits, roots);
  const memory = createMemoryWatch(limits);
  const turns = createTurns({ perAccount: limits.commandsPerAccount, total: limits.commands });
  let bubblewrap: Promise<Launch> | null = null;
  let state: SandboxState = 'unavailable';
  const launcher = async (): Promise<Launch> => {
    if (mode === 'none') {
      state = mode;
      return launchPlain;
    }
    bubblewrap ??= createBubblewrap({ ...settings, hidden, limits });
    try {
      const launch = await bubblewrap;
      state = mode;
      return launch;
    } catch (error) {
      // The next command tries again, so that the server need not be restarted once the problem is fixed.
      bubblewrap = null;
      throw error;
    }
  };
  return {
    check: async () => void (await launcher()),
    state: () => state,
    async run(command) {
      const endTurn = await turns.take(command.accountId ?? '', { signal: command.signal });
      try {
        const launch = await launcher();
        if (command.isReading) return await runProcess(launch, command, { limits, usage: null, memory });
        const excess = await usage.admit(command);
        if (excess === null) return await runProcess(launch, command, { limits, usage, memory });
        const result = await runProcess(launch, { ...command, maxFileBytes: 0 }, { limits, usage, memory });
        return explained(result, excess);
      } finally {
        endTurn();
      }
    },
  };
}

/** Programs that could not write do not report the reason. */
function explained(result: CommandResult, excess: string): CommandResult {
  if (result.exitCode === 0) return result;
  return { ...result, stderr: `${result.stderr}\n[commands can only delete files now: ${excess}]\n` };
}

/** The same sandbox, for commands of one account. */
export function sandboxOf(sandbox: Sandbox, accountId: string): Sandbox {
  return { ...sandbox, run: (command) => sandbox.run({ ...command, accountId }) };
}
