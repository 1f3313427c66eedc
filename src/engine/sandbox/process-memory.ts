import { readFileSync } from 'node:fs';
import { readdir, readFile, statfs } from 'node:fs/promises';
import type { Limits } from './limits.ts';

const KiB = 1024;

/**
 * The memory of a process and all its descendants: heap, shared memory, and its /tmp and /dev/shm.
 * @returns bytes. Exact only above `memory`; below it, shared pages count once per process
 */
export async function memoryOf(
  pid: number,
  { memory, temporary }: Pick<Limits, 'memory' | 'temporary'>,
): Promise<number> {
  const pids = await descendants(pid);
  const files = await filesInMemory(pids, temporary);
  const simple = await simpleCount(pids);
  const most = files + simple.used + simple.mapped;
  if (most <= memory) return files + simple.used;
  const mapped = await mappedSharedMemory(pids);
  const used = files + simple.own + Math.max(simple.shared, mapped);
  if (used <= memory) return used;
  const exact = await exactCount(pids);
  // 0: this kernel does not report it, or not to this user.
  return exact.own + exact.shared === 0 ? used : files + exact.own + Math.max(exact.shared, mapped);
}

/** Orphaned processes are children of the first process of their namespace. */
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

interface Counted {
  own: number;
  shared: number;
}

/**
 * From files that are cheap to read. `mapped`: mapped and not private, including shared memory that is not
 * resident.
 */
async function simpleCount(pids: readonly number[]): Promise<Counted & { used: number; mapped: number }> {
  const sum = { own: 0, shared: 0, used: 0, mapped: 0 };
  for (const pid of pids) {
    const text = await textOf(`/proc/${pid}/status`);
    const own = kibibytes(text, 'RssAnon') + kibibytes(text, 'VmSwap');
    const shared = kibibytes(text, 'RssShmem');
    sum.own += own;
    sum.shared += shared;
    sum.used += own + shared;
    sum.mapped += Math.max(0, kibibytes(text, 'VmSize') - kibibytes(text, 'VmData') - shared);
  }
  return sum;
}

/** Shared pages count once. */
async function exactCount(pids: readonly number[]): Promise<Counted> {
  const sum = { own: 0, shared: 0 };
  for (const pid of pids) {
    const text = await textOf(`/proc/${pid}/smaps_rollup`);
    sum.own += kibibytes(text, 'Pss_Anon') + kibibytes(text, 'SwapPss');
    sum.shared += kibibytes(text, 'Pss_Shmem');
  }
  return sum;
}

/**
 * Shared memory without a file counts with its mapped size, once: its pages stay when a process releases them
 * (MADV_DONTNEED) until the last mapping ends, without counting towards any process.
 */
async function mappedSharedMemory(pids: readonly number[]): Promise<number> {
  const sizes = new Map<string, number>();
  for (const pid of pids) {
    for (const found of (await textOf(`/proc/${pid}/maps`)).matchAll(SHARED_MAPPING)) {
      const [, from = '', to = '', offset = '', inode = ''] = found;
      const size = parseInt(to, 16) - parseInt(from, 16) + parseInt(offset, 16);
      sizes.set(inode, Math.max(size, sizes.get(inode) ?? 0));
    }
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/**
 * Anonymous mappings and those of /dev/zero have the same name; the device node itself is not marked as
 * deleted.
 */
const SHARED_MAPPING =
  /^([\da-f]+)-([\da-f]+) ...s ([\da-f]+) (\S+ \d+) +\/(?:dev\/zero|SYSV\S*) \(deleted\)$/gm;

/**
 * Files in /tmp and /dev/shm of a command. The processes see them from the first process of the namespace on.
 */
async function filesInMemory(pids: readonly number[], temporary: number): Promise<number> {
  const [, first] = pids;
  if (first === undefined) return 0;
  const [tmp, shm] = await Promise.all([
    usedOf(`/proc/${first}/root/tmp`, temporary),
    usedOf(`/proc/${first}/root/dev/shm`, temporary / 4),
  ]);
  return tmp + shm;
}

const TMPFS = 0x01021994;

/** 0 for a file system that does not belong to the command, unless it has changed its root. */
async function usedOf(path: string, size: number): Promise<number> {
  const found = await statfs(path).catch(() => null);
  if (found === null || found.type !== TMPFS) return 0;
  const { bsize, blocks, bfree } = found;
  return blocks === Math.ceil(size / bsize) ? (blocks - bfree) * bsize : 0;
}

/** Empty for a process that has ended. */
async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function kibibytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) * KiB;
}

/**
 * Read synchronously, in less than 0.1 ms: waiting for a thread can take long when memory is short.
 * @returns bytes; Infinity on systems without /proc
 */
export function availableMemory(): number {
  try {
    const found = /^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'));
    return found ? Number(found[1]) * KiB : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
