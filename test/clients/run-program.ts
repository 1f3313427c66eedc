import { execFile } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

/** Node of the tests first, then TypeScript and rolldown of the project. */
const PATH = [dirname(process.execPath), join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter);

/**
 * A program in the folder of a client, as its user starts it.
 * @returns what it wrote. @throws with what it complained of
 */
export async function runProgram(
  client: string,
  program: string,
  parameters: string[] = [],
): Promise<string> {
  const cwd = join(import.meta.dirname, client);
  const env = { ...process.env, PATH, NO_PROXY: '*' };
  try {
    return (await promisify(execFile)(program, parameters, { cwd, env })).stdout.trim();
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${client}: ${program} ${parameters.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}
