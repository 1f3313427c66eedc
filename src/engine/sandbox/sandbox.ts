import { resolve } from 'node:path';
import type { Log } from '../../log.ts';
import { createTurns } from '../../turns.ts';
import { createBubblewrap } from './bubblewrap.ts';
import type { Command, CommandResult } from './command.ts';
import { createDiskUsage } from './disk-usage.ts';
import { type Launch, launchPlain } from './launch.ts';
import { LIMITS, type Limits } from './limits.ts';
import { createMemoryWatch } from './memory-watch.ts';
import { runProcess } from './run-process.ts';

/** Runs commands where they reach nothing but their working directory. */
export interface Sandbox {
  /**
   * Nothing that the command started is alive when this returns.
   * A command waits while its account, or all accounts together, have as many running as they may; that is not its
   * own time.
   * @throws DomainError SANDBOX_UNAVAILABLE when this machine has none, or the directory is not one to work in;
   * DISK_RESERVE_REACHED, DISK_QUOTA_EXCEEDED when there is no space for what it may write.
   */
  run(command: Command): Promise<CommandResult>;
}

export interface SandboxSettings {
  /** `none`: the operator lets commands run with all rights of the server. */
  mode: 'bubblewrap' | 'none';
  /** Where bwrap is looked for, as in PATH. */
  searchPath: string;
  /** Folders that no command may see, where they lie inside the system's own (as /usr/src/app does). */
  hidden: readonly string[];
  limits?: Limits;
  /** Hears once by what commands are bounded. */
  log?: Pick<Log, 'info' | 'warn'>;
  /** Folders that hold an account's working directories, below its id. */
  roots?: readonly string[];
}

/** The folder that holds this program. */
const APPLICATION = resolve(import.meta.dirname, '../../..');

export function createSandbox(settings: SandboxSettings): Sandbox {
  const { mode, limits = LIMITS, roots = [] } = settings;
  const hidden = [APPLICATION, ...settings.hidden];
  const usage = createDiskUsage(limits, roots);
  const memory = createMemoryWatch(limits);
  const turns = createTurns({ perAccount: limits.commandsPerAccount, total: limits.commands });
  let bubblewrap: Promise<Launch> | null = null;
  const launcher = async (): Promise<Launch> => {
    if (mode === 'none') return launchPlain;
    bubblewrap ??= createBubblewrap({ ...settings, hidden, limits });
    // What failed is looked for again, so that an operator who mends it need not restart the server.
    return bubblewrap.catch((error) => {
      bubblewrap = null;
      throw error;
    });
  };
  return {
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

/** What a program says that could not write does not tell why. */
function explained(result: CommandResult, excess: string): CommandResult {
  if (result.exitCode === 0) return result;
  return { ...result, stderr: `${result.stderr}\n[commands can only delete files now: ${excess}]\n` };
}

/** The same sandbox, for commands of one account. */
export function sandboxOf(sandbox: Sandbox, accountId: string): Sandbox {
  return { run: (command) => sandbox.run({ ...command, accountId }) };
}
