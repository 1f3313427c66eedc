import { resolve } from 'node:path';
import { createTurns } from '../../fair-slots.ts';
import type { SandboxState } from '../../vocabulary.ts';
import type { Command, CommandResult } from './command.ts';
import { createDiskUsage } from './disk-usage.ts';
import { createChoice, type LaunchSettings } from './launchers/choose-launch.ts';
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
   * @returns a description of what isolates them, for an operator
   * @throws DomainError SANDBOX_UNAVAILABLE, with what to install
   */
  check(): Promise<string>;
  /** As the last check found it. */
  state(): SandboxState;
}

export interface SandboxSettings extends Omit<LaunchSettings, 'limits'> {
  limits?: Limits;
  /** Folders that contain the working directories of accounts, below their ids. */
  roots?: readonly string[];
}

/** The folder of this program. */
const APPLICATION = resolve(import.meta.dirname, '../../..');

export function createSandbox(settings: SandboxSettings): Sandbox {
  const { limits = LIMITS, roots = [] } = settings;
  const choose = createChoice({ ...settings, limits, hidden: [APPLICATION, ...settings.hidden] });
  const usage = createDiskUsage(limits, roots);
  const memory = createMemoryWatch(limits);
  const turns = createTurns({ perAccount: limits.commandsPerAccount, total: limits.commands });
  let state: SandboxState = 'unavailable';
  const chosen = async () => {
    const found = await choose();
    state = found.state;
    return found;
  };
  return {
    check: async () => (await chosen()).description,
    state: () => state,
    async run(command) {
      const endTurn = await turns.take(command.accountId ?? '', { signal: command.signal });
      try {
        const { launch } = await chosen();
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
