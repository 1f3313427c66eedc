import { readFile } from 'node:fs/promises';
import type { KernelSettings } from '../../../rules/workspaces/isolation-problem.ts';

export async function readKernelSettings(): Promise<KernelSettings> {
  const [maxUserNamespaces, unprivilegedUserNamespaces, restrictedByAppArmor, status] = await Promise.all([
    setting('user/max_user_namespaces'),
    setting('kernel/unprivileged_userns_clone'),
    setting('kernel/apparmor_restrict_unprivileged_userns'),
    readFile('/proc/self/status', 'utf8').catch(() => ''),
  ]);
  return {
    maxUserNamespaces,
    unprivilegedUserNamespaces,
    restrictedByAppArmor,
    isFiltered: /^Seccomp:\s*2$/m.test(status),
  };
}

async function setting(path: string): Promise<number | null> {
  const text = await readFile(`/proc/sys/${path}`, 'utf8').catch(() => '');
  return /^\d+$/.test(text.trim()) ? Number(text) : null;
}
