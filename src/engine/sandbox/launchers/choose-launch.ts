import { coerceError, DomainError } from '../../../errors.ts';
import type { Log } from '../../../log.ts';
import { type IsolationName, isolationsFor, type SandboxMode } from '../../../rules/workspaces/isolation.ts';
import type { SandboxState } from '../../../vocabulary.ts';
import { type ControlGroups, createControlGroups } from '../control-groups.ts';
import { findControlGroup } from '../find-control-group.ts';
import type { Limits } from '../limits.ts';
import { BUBBLEWRAP } from './bubblewrap.ts';
import { createIsolatedLaunch, type IsolatedSettings, TestTimedOut } from './isolated-launch.ts';
import type { Isolation } from './isolation.ts';
import { type Launch, launchPlain } from './launch.ts';
import { UNSHARE } from './unshare.ts';

export interface LaunchSettings extends Omit<IsolatedSettings, 'groups'> {
  mode: SandboxMode;
  isProduction?: boolean;
  /** Receives one message with the mechanism that limits commands. */
  log?: Pick<Log, 'info' | 'warn'>;
}

export interface Chosen {
  state: SandboxState;
  /** The state with its consequence, for an operator. */
  description: string;
  launch: Launch;
}

const ISOLATIONS: Record<IsolationName, Isolation> = { bubblewrap: BUBBLEWRAP, unshare: UNSHARE };

/**
 * Returns a function that finds the best way to launch commands that works on this machine; until there is
 * one, each call tries again, so that the server need not be restarted once the problem is fixed. Where a better way
 * was only too slow to be tested, the next one is used, and a call after a minute tests again.
 * @throws DomainError SANDBOX_UNAVAILABLE, with what to install
 */
export function createChoice({
  mode,
  isProduction = false,
  log,
  ...settings
}: LaunchSettings): () => Promise<Chosen> {
  if (mode === 'none') return async () => UNISOLATED;
  const names = isolationsFor(mode, isProduction);
  let groups: Promise<ControlGroups | null> | null = null;
  let chosen: Promise<Chosen> | null = null;
  let expiresAt = Number.POSITIVE_INFINITY;
  const choose = async (): Promise<Chosen> => {
    groups ??= openControlGroups(settings.limits, log);
    const problems: string[] = [];
    expiresAt = Number.POSITIVE_INFINITY;
    let wasSlow = false;
    for (const name of names) {
      try {
        const launch = await createIsolatedLaunch(ISOLATIONS[name], { ...settings, groups: await groups });
        if (wasSlow) expiresAt = performance.now() + RETEST_MS;
        return { state: name, description: describe(name, problems), launch };
      } catch (error) {
        wasSlow ||= error instanceof TestTimedOut;
        problems.push(`${name}: ${coerceError(error).message.replace(/\s+/g, ' ')}`);
      }
    }
    throw new DomainError('SANDBOX_UNAVAILABLE', noSandbox(problems));
  };
  return () => {
    if (performance.now() >= expiresAt) chosen = null;
    chosen ??= choose().catch((error) => {
      chosen = null;
      throw error;
    });
    return chosen;
  };
}

/** A fallback is used for this long before a better way, whose test took too long, is tested again. */
const RETEST_MS = 60_000;

const UNISOLATED: Chosen = {
  state: 'none',
  description: 'none, so that they have all rights of the server',
  launch: launchPlain,
};

function describe(name: IsolationName, problems: readonly string[]): string {
  const reason = problems.length > 0 ? `, because of ${problems.join('; ')}` : '';
  return name === 'unshare' ? `${name}, without a filter of system calls${reason}` : name;
}

/**
 * Control groups, in which the kernel accounts for each command and account; null where they are unavailable,
 * which is logged.
 */
async function openControlGroups(limits: Limits, log: LaunchSettings['log']): Promise<ControlGroups | null> {
  try {
    const groups = await createControlGroups(await findControlGroup(), ['memory', 'pids', 'cpu'], limits);
    log?.info(`commands run in control groups that limit ${groups.controllers.join(', ')}`);
    return groups;
  } catch (error) {
    log?.warn(
      `control groups are unavailable, so the memory of commands is watched instead: ${coerceError(error).message}`,
    );
    return null;
  }
}

function noSandbox(problems: readonly string[]): string {
  return `This server has no sandbox for commands: ${problems.join('; ')}. ${process.platform === 'linux' ? ON_LINUX : ELSEWHERE}`;
}

const ELSEWHERE =
  'Run a worker on Linux or in a Linux container, or set SANDBOX=none, which runs commands without a sandbox, with all rights of the server.';

const ON_LINUX =
  'Install bubblewrap and util-linux (apt-get install bubblewrap util-linux), and let this user create namespaces: ' +
  'on Ubuntu sysctl kernel.apparmor_restrict_unprivileged_userns=0; in a container --cap-add SYS_ADMIN ' +
  '--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined. ' +
  'SANDBOX=unshare needs only util-linux and has no filter of system calls; SANDBOX=none runs commands without ' +
  'a sandbox, with all rights of the server.';
