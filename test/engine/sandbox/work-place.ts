import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command, CommandResult } from '../../../src/engine/sandbox/command.ts';
import { LIMITS, type Limits } from '../../../src/engine/sandbox/limits.ts';
import { createSandbox, type Sandbox, type SandboxSettings } from '../../../src/engine/sandbox/sandbox.ts';
import { type Tenant, uidOf } from '../../../src/rules/workspaces/workspace.ts';
import { makeWorkspace } from '../../../src/workspaces/workspaces.ts';

/** What the server keeps to itself. */
export const SECRET = 'canary of the tests';

export const isRoot = process.getuid?.() === 0;

export interface WorkPlace {
  /** With a secret that everybody might read, if they came there. */
  dataDir: string;
  secretFile: string;
  tenant: Tenant;
  sandbox: Sandbox;
  workspace: string;
  /** Another working directory, of the same user unless another is named. */
  newWorkspace(tenant?: Tenant): Promise<string>;
  run(run: Command['run'], options?: Partial<Command>): Promise<CommandResult>;
  /** Processes of this user, and zombies of ours. */
  leftovers(): string[];
  close(): void;
}

export interface WorkPlaceOptions {
  limits?: Partial<Limits>;
  settings?: Partial<SandboxSettings>;
}

export async function openWorkPlace({ limits, settings }: WorkPlaceOptions = {}): Promise<WorkPlace> {
  const dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'work-place-')));
  // Nothing but the sandbox keeps anybody out.
  chmodSync(dataDir, 0o777);
  const secretFile = join(dataDir, 'jwt.secret');
  writeFileSync(secretFile, SECRET, { mode: 0o666 });
  const tenant = { userId: randomUUID(), isAdmin: false };
  const places = { dataDir, workspaceRoots: [join(dataDir, 'workspaces')], sandbox: 'bubblewrap' as const };
  const newWorkspace = (owner = tenant) => makeWorkspace(places, owner, randomUUID());
  const workspace = await newWorkspace();
  const sandbox = createSandbox({
    mode: 'bubblewrap',
    searchPath: '/usr/local/bin:/usr/bin:/bin',
    hidden: [dataDir],
    limits: { ...LIMITS, ...limits },
    ...settings,
  });
  return {
    dataDir,
    secretFile,
    tenant,
    sandbox,
    workspace,
    newWorkspace,
    run: (run, options = {}) =>
      sandbox.run({ workspace, run, timeoutMs: 15_000, signal: new AbortController().signal, ...options }),
    leftovers: () => processesOf(isRoot ? uidOf(tenant) : -1),
    close: () => {
      // Folders that a command has closed are closed to us, too, unless we are root.
      execFileSync('chmod', ['-R', 'u+rwX', dataDir]);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What runs under a uid, and what ended under us and was not waited for. */
export function processesOf(uid: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/status`, 'utf8');
      } catch {
        return '';
      }
    })
    .filter((status) => {
      const isTheirs = new RegExp(`^Uid:\\t${uid}\\t`, 'm').test(status);
      const isOurs = status.includes(`\nPPid:\t${process.pid}\n`);
      return isTheirs || (isOurs && /^State:\tZ|^Name:\t(bwrap|bash)/m.test(status));
    })
    .map((status) => status.split('\n').slice(0, 3).join(' '));
}
