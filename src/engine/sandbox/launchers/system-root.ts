import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { hasCode } from '../../../errors.ts';

/** The parts of the system that commands see beside their working directory. They cannot change any of it. */
export interface SystemRoot {
  /** Folders of programs and libraries. */
  folders: readonly string[];
  /** Links in the root folder, with what they contain. */
  links: readonly { path: string; target: string }[];
  /** Files and folders of /etc. */
  ofEtc: readonly { path: string; isFolder: boolean }[];
  /** Folders within the others that are empty for commands. */
  hidden: readonly string[];
}

/** On most systems all except the first are links into it. */
const SYSTEM_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
/** Files that programs need; user accounts are our own, so that those of the system are not disclosed. */
const OF_ETC = [
  ...['alternatives', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'localtime', 'mime.types', 'protocols'],
  ...['services', 'ssl/certs', 'ssl/openssl.cnf', 'terminfo', 'timezone'],
];

export async function readSystemRoot(hidden: readonly string[]): Promise<SystemRoot> {
  const found = await Promise.all(SYSTEM_FOLDERS.map(systemFolder));
  const ofEtc = await Promise.all([...OF_ETC, ...(await javaFolders())].map((name) => inEtc(`/etc/${name}`)));
  return {
    folders: found.filter((each) => typeof each === 'string'),
    links: found.filter((each) => each !== null && typeof each !== 'string'),
    ofEtc: ofEtc.filter((each) => each !== null),
    hidden: await hiddenFolders(hidden),
  };
}

/** Debian's JDK links to its configuration here, and does not start without it: `java-17-openjdk`. */
async function javaFolders(): Promise<string[]> {
  return (await readdir('/etc')).filter((name) => /^java-\d+-openjdk$/.test(name));
}

/** null: this system has none. */
async function systemFolder(path: string): Promise<string | SystemRoot['links'][number] | null> {
  try {
    const isLink = (await lstat(path)).isSymbolicLink();
    return isLink ? { path, target: await readlink(path) } : path;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

async function inEtc(path: string): Promise<SystemRoot['ofEtc'][number] | null> {
  const found = await stat(path).catch(() => null);
  return found && { path, isFolder: found.isDirectory() };
}

/** Otherwise an application in /usr/src/app, for example, would be visible with all its secrets. */
async function hiddenFolders(hidden: readonly string[]): Promise<string[]> {
  const real = await Promise.all(hidden.map((path) => realpath(path).catch(() => path)));
  return real.filter((path) => SYSTEM_FOLDERS.some((folder) => path.startsWith(`${folder}/`)));
}
