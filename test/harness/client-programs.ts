import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** The first on the path, then Debian's own: the first may be another installation, without Debian's packages. */
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
 * Runs a program written only from the document of an older API, without any code of this project.
 * @returns what it wrote. @throws with what it complained of
 */
export async function runClient(program: string, parameters: readonly string[]): Promise<string> {
  // Programs look for proxies in their environment.
  const env = { PATH: process.env.PATH, NO_PROXY: '*' };
  return (await promisify(execFile)(program, parameters, { env })).stdout.trim();
}
