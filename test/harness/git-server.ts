import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

/** What is in a repository, by path; a link is where it leads. */
export type Files = Record<string, string | Buffer | { link: string } | { program: string }>;

/** A real git server: git's own http-backend behind HTTP on loopback. */
export interface GitServer {
  readonly url: string;
  readonly port: number;
  /** What was asked for, and with which credentials. */
  readonly requests: { path: string; authorization: string | undefined }[];
  /** A repository of one commit. @returns its address. */
  add(name: string, files: Files, more?: (folder: string) => Promise<void>): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Below `/private/` it wants the password `secret-token`, from `/moved/` it redirects, under `/hanging/` it says
 * nothing.
 */
export async function startGitServer(host = '127.0.0.1'): Promise<GitServer> {
  const root = await mkdtemp(join(tmpdir(), 'polyphony-git-'));
  const requests: GitServer['requests'] = [];
  const server = createServer((request, response) => {
    const path = request.url!.split('?')[0]!;
    const { authorization } = request.headers;
    requests.push({ path, authorization });
    if (path.startsWith('/hanging/')) return;
    if (path.startsWith('/moved/')) {
      response.writeHead(302, { location: request.url!.replace('/moved/', '/') }).end();
    } else if (path.startsWith('/private/') && !isWelcome(authorization)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    } else void serve(root, request, response);
  });
  await once(server.listen(0, host), 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://${host}:${port}`;
  return {
    url,
    port,
    requests,
    async add(name, files, more) {
      await makeRepository(join(root, `${name}.git`), files, more);
      return `${url}/${name}.git`;
    },
    async stop() {
      const closed = once(server.close(), 'close');
      server.closeAllConnections();
      await closed;
      await rm(root, { recursive: true, force: true });
    },
  };
}

function isWelcome(authorization: string | undefined): boolean {
  const [, credentials = ''] = authorization?.split(' ') ?? [];
  return Buffer.from(credentials, 'base64').toString().endsWith(':secret-token');
}

const environment = {
  PATH: process.env.PATH ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
};

export async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { cwd: folder, env: environment });
  return stdout.trim();
}

async function makeRepository(
  bare: string,
  files: Files,
  more?: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = `${bare}.work`;
  await mkdir(folder, { recursive: true });
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    if (typeof content === 'string' || Buffer.isBuffer(content)) await writeFile(join(folder, path), content);
    else if ('link' in content) await symlink(content.link, join(folder, path));
    else await writeFile(join(folder, path), content.program, { mode: 0o755 });
  }
  await git(folder, 'add', '--all');
  await git(folder, 'commit', '--quiet', '--message=first');
  await more?.(folder);
  await git(dirname(bare), 'clone', '--quiet', '--bare', folder, bare);
}

/** https://git-scm.com/docs/git-http-backend, by CGI. */
async function serve(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url!, 'http://localhost');
  const { headers, method = 'GET' } = request;
  const backend = spawn('git', ['http-backend'], {
    env: {
      ...environment,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: method,
      CONTENT_TYPE: headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      GIT_PROTOCOL: headers['git-protocol']?.toString() ?? '',
    },
  });
  backend.stdin.on('error', () => {});
  request.pipe(backend.stdin);
  response.on('close', () => backend.kill());
  let head = Buffer.alloc(0);
  for await (const chunk of backend.stdout) {
    if (response.headersSent) {
      response.write(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) continue;
    writeHead(response, head.subarray(0, end).toString());
    response.write(head.subarray(end + 4));
  }
  if (!response.headersSent) response.writeHead(500).write(await text(backend.stderr));
  response.end();
}

function writeHead(response: ServerResponse, head: string): void {
  const lines = head.split('\r\n').map((line) => line.split(': ') as [string, string]);
  const status = lines.find(([name]) => name === 'Status')?.[1];
  response.writeHead(status ? Number.parseInt(status, 10) : 200, Object.fromEntries(lines));
}
