import { resolve } from 'node:path';
import { createBubblewrap } from './bubblewrap.ts';
import type { Command, CommandResult } from './command.ts';
import { type Launch, launchPlain } from './launch.ts';
import { LIMITS, type Limits } from './limits.ts';
import { runProcess } from './run-process.ts';

/** Runs commands where they reach nothing but their working directory. */
export interface Sandbox {
  /**
   * Nothing that the command started is alive when this returns.
   * @throws DomainError SANDBOX_UNAVAILABLE when this machine has none, or the directory is not one to work in.
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
}

/** The folder that holds this program. */
const APPLICATION = resolve(import.meta.dirname, '../../..');

export function createSandbox(settings: SandboxSettings): Sandbox {
  const { mode, limits = LIMITS } = settings;
  const hidden = [APPLICATION, ...settings.hidden];
  let bubblewrap: Promise<Launch> | null = null;
  const launcher = async (): Promise<Launch> => {
    if (mode === 'none') return launchPlain;
    bubblewrap ??= createBubblewrap({ searchPath: settings.searchPath, hidden, limits });
    // What failed is looked for again, so that an operator who mends it need not restart the server.
    return bubblewrap.catch((error) => {
      bubblewrap = null;
      throw error;
    });
  };
  return {
    async run(command) {
      command.signal.throwIfAborted();
      const launch = await launcher();
      return runProcess(launch, command, limits);
    },
  };
}
