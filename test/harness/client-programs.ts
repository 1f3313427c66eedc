import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** Debian's own after the first on the path, which may be another's without Debian's packages. */
const CANDIDATES = ['python3', '/usr/bin/python3'];

/** A Python with `requests`; null: there is none, and what needs it is skipped. */
export const PYTHON = CANDIDATES.find(hasRequests) ?? null;

function hasRequests(program: string): boolean {
  try {
    execFileSync(program, ['-c', 'import requests'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * A program of somebody who has a document of an old API and nothing else of ours.
 * @returns what it wrote. @throws with what it complained of
 */
export async function runClient(program: string, parameters: readonly string[]): Promise<string> {
  // Programs look for proxies in their environment.
  const env = { PATH: process.env.PATH, NO_PROXY: '*' };
  return (await promisify(execFile)(program, parameters, { env })).stdout.trim();
}
