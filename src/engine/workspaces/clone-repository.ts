import { isIP } from 'node:net';
import { DomainError } from '../../errors.ts';
import { storable } from '../../rules/text/text.ts';
import type { Repository } from '../../rules/workspaces/git.ts';
import type { EngineContext } from '../context.ts';
import type { CommandResult } from '../sandbox/command.ts';

export interface CloneRequest extends Repository {
  /** A branch or tag; null: the default branch. */
  ref: string | null;
  /** In the workspace; existing content is deleted. */
  directory: string;
  /** `token`, or `user:token`. */
  token: string | null;
  workspace: string;
  signal: AbortSignal;
}

export interface CloneLimits {
  /** Maximum size of one file, and therefore of the received pack. */
  fileBytes: number;
  timeoutMs: number;
}

const LIMITS: CloneLimits = { fileBytes: 500 * 1024 * 1024, timeoutMs: 300_000 };

/**
 * Clones the latest commit of a repository without executing anything from it. git runs in the sandbox with
 * network access, is given the checked addresses, and follows no redirects, so that it reaches no other host.
 * @returns the commit hash. @throws DomainError GIT_FAILED, ADDRESS_REFUSED
 */
export async function cloneRepository(
  { sandbox, outbound }: Pick<EngineContext, 'sandbox' | 'outbound'>,
  request: CloneRequest,
  limits = LIMITS,
): Promise<string> {
  const addresses = await outbound.addressesOf(request.host, request.port);
  const credentials = request.token === null ? '' : credentialsOf(request.token);
  const result = await sandbox.run({
    workspace: request.workspace,
    run: ['bash', '-c', CLONE, 'bash', ...argumentsOf(request, addresses, limits)],
    // So that the token appears neither in the process list nor in the configuration of the repository.
    stdin: `${credentials}\n`,
    isOnline: true,
    timeoutMs: limits.timeoutMs,
    signal: request.signal,
  });
  const commit = result.stdout.trim();
  if (result.exitCode === 0 && /^[0-9a-f]{40,64}$/.test(commit)) return commit;
  throw new DomainError('GIT_FAILED', without([request.token, credentials], whyNot(request, result, limits)));
}

/** The token comes on descriptor 0; progress output of git is suppressed. */
const CLONE = `
IFS= read -r credentials
exec 0</dev/null
export GIT_TERMINAL_PROMPT=0 GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_LFS_SKIP_SMUDGE=1
if [ -n "$credentials" ]; then
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=http.extraHeader GIT_CONFIG_VALUE_0="Authorization: Basic $credentials"
fi
limit=$1 directory=$2
shift 2
ulimit -f "$limit"
rm -rf -- "$directory" || exit
git "$@" "$directory" || exit
git -C "$directory" rev-parse HEAD`;

function argumentsOf(
  { url, host, port, ref, directory }: CloneRequest,
  addresses: readonly string[],
  limits: CloneLimits,
): string[] {
  const protocol = url.protocol.slice(0, -1);
  const settings = [
    'protocol.allow=never',
    `protocol.${protocol}.allow=always`,
    'http.followRedirects=false',
    'http.proxy=',
    ...pinned(host, port, addresses),
    'http.lowSpeedLimit=1000',
    'http.lowSpeedTime=30',
    'credential.helper=',
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'submodule.recurse=false',
    'transfer.bundleURI=false',
  ];
  return [
    ...[String(Math.ceil(limits.fileBytes / 1024)), directory],
    ...settings.flatMap((setting) => ['-c', setting]),
    ...[
      'clone',
      '--quiet',
      '--depth=1',
      '--single-branch',
      '--no-tags',
      '--no-recurse-submodules',
      '--template=',
    ],
    ...(ref === null ? [] : [`--branch=${ref}`]),
    ...['--', url.href],
  ];
}

/** Without this git would resolve the name again, possibly to another address. */
function pinned(host: string, port: number, addresses: readonly string[]): string[] {
  const isLiteral = isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0;
  return isLiteral ? [] : [`http.curloptResolve=${host}:${port}:${addresses.map(bracketed).join(',')}`];
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** Every forge accepts a token as the password of any user. */
function credentialsOf(token: string): string {
  return Buffer.from(token.includes(':') ? token : `x-access-token:${token}`).toString('base64');
}

function whyNot(
  { url }: CloneRequest,
  { exitCode, stderr, timedOut, exceeded }: CommandResult,
  { fileBytes, timeoutMs }: CloneLimits,
): string {
  const what = `${url.href} could not be cloned`;
  if (timedOut) return `${what} within ${timeoutMs / 1000} s`;
  if (exceeded) return `${what}: ${exceeded}`;
  if (/invalid index-pack output|died of signal|File too large/.test(stderr)) {
    return `${what}: it is corrupt, or larger than ${fileBytes} bytes`;
  }
  return `${what}: ${storable(stderr).trim().slice(-500) || `git ended with exit code ${exitCode}`}`;
}

function without(secrets: readonly (string | null)[], text: string): string {
  return secrets.reduce<string>((rest, secret) => (secret ? rest.replaceAll(secret, '…') : rest), text);
}
