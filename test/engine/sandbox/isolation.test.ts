import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ISOLATION_NAMES } from '../../../src/rules/workspaces/isolation.ts';
import { uidOf } from '../../../src/rules/workspaces/workspace.ts';
import { openWorkspace } from '../../../src/workspaces/workspaces.ts';
import { fixture } from '../../harness/fixture.ts';
import { filtered } from './needs-filter.ts';
import { isRoot, openWorkPlace, SECRET } from './work-place.ts';

const APPLICATION = resolve(import.meta.dirname, '../../..');

beforeAll(async () => {
  process.env.CANARY = SECRET;
});
afterAll(() => {
  delete process.env.CANARY;
});
describe.each(ISOLATION_NAMES)('%s', (mode) => {
  const place = fixture(() => openWorkPlace({ settings: { mode } }), { stop: (place) => place.close() });

  describe('what a command can read', () => {
    test('nothing of the server’s environment, in its own or in another process’s', async () => {
      const { stdout } = await place.run('env; cat /proc/*/environ | tr "\\0" "\\n"; cat /proc/*/cmdline');
      expect(stdout).toContain('HOME=/tmp');
      expect(stdout).not.toContain(SECRET);
      expect(stdout).not.toContain('CANARY');
    });

    test('nothing of the data folder but the way to its own directory', async () => {
      const { stdout, stderr } = await place.run(
        `cat ${place.secretFile}; cat ../../../jwt.secret; find ${place.dataDir}`,
      );
      expect(stdout.trim().split('\n')).toEqual([
        place.dataDir,
        join(place.dataDir, 'workspaces'),
        join(place.dataDir, 'workspaces', place.tenant.userId),
        place.workspace,
      ]);
      expect(stderr.match(/No such file/g)).toHaveLength(2);
    });

    test('a link out of the directory leads nowhere', async () => {
      const { exitCode, stderr } = await place.run(`ln -sf ${place.secretFile} link && cat link`);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('No such') });
    });

    test('no other working directory, its user’s or another’s', async () => {
      const others = [
        await place.newWorkspace(),
        await place.newWorkspace({ userId: crypto.randomUUID(), isAdmin: false }),
      ];
      for (const other of others) {
        writeFileSync(join(other, 'private'), SECRET);
        const { exitCode, stdout } = await place.run(
          `cat ${other}/private || ls ${other}; touch ${other}/mine`,
        );
        expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      }
    });

    test('not the program, the home folders, or the accounts of the machine', async () => {
      for (const path of [
        APPLICATION,
        `${APPLICATION}/package.json`,
        '/root',
        '/home',
        '/var',
        '/etc/shadow',
      ]) {
        expect(await place.run(['ls', path])).toMatchObject({ exitCode: 2, stdout: '' });
      }
      const { stdout } = await place.run('cat /etc/passwd; whoami');
      expect(stdout.split('\n').map((line) => line.split(':')[0])).toEqual(['root', 'agent', 'agent', '']);
    });

    test('not what is hidden of the folders that it does see', async () => {
      const { sandbox, workspace, close } = await openWorkPlace({
        settings: { mode, hidden: ['/usr/share'] },
      });
      const signal = new AbortController().signal;
      const { stdout, stderr } = await sandbox.run({
        workspace,
        run: 'ls -A /usr/share && touch /usr/share/x',
        timeoutMs: 9_000,
        signal,
      });
      expect({ stdout, stderr }).toEqual({ stdout: '', stderr: expect.stringMatching(/denied|Read-only/) });
      close();
    });

    test('no process but those of its own', async () => {
      const { stdout } = await place.run(`echo /proc/[0-9]*; kill -0 ${process.pid}`);
      expect(stdout.trim().split(' ').length).toBeLessThan(8);
      expect(await place.run(`kill -0 ${process.pid}`)).toMatchObject({ exitCode: 1 });
    });

    test('no descriptor that it was not given', async () => {
      const { stdout } = await place.run(['ls', '/proc/self/fd']);
      // The last one is the folder that ls reads.
      expect(stdout).toBe('0\n1\n2\n3\n');
    });
  });

  describe('what a command can write', () => {
    test('its directory, /tmp and /dev/shm, of which only the directory stays', async () => {
      expect(await place.run('touch stays /tmp/goes /dev/shm/goes')).toMatchObject({
        exitCode: 0,
        stderr: '',
      });
      const { stdout } = await place.run('ls -A stays; ls -A /tmp /dev/shm | grep goes');
      expect(stdout).toBe('stays\n');
    });

    test.each(['/x', '/usr/x', '/usr/bin/x', '/etc/x', '/etc/passwd', '/dev/x', '/proc/sys/kernel/hostname'])(
      'not %s',
      async (path) => {
        const { exitCode, stderr } = await place.run(`echo x >${path}`);
        expect({ exitCode, stderr }).toEqual({
          exitCode: 1,
          stderr: expect.stringMatching(/denied|Read-only|No such/),
        });
      },
    );

    test.runIf(isRoot)('what is mounted in its directory, with the flags that it has', async () => {
      const mounted = join(place.workspace, 'a mount');
      mkdirSync(mounted);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'noexec,mode=777', 'none', mounted]);
      const script = `cp /bin/true 'a mount' && 'a mount/true'`;
      expect(await place.run(script)).toMatchObject({ exitCode: 126 });
      const flags = await place.run(['grep', '-o', 'mount r[^ ]*', '/proc/self/mountinfo']);
      expect(await place.run(`rm 'a mount/true'`, { isReading: true })).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('Read-only'),
      });
      execFileSync('umount', [mounted]);
      expect(flags.stdout).toMatch(/^mount rw,nosuid,nodev,noexec/);
    });

    test('not the folders above its directory', async () => {
      const above = [dirname(place.workspace), dirname(dirname(place.workspace))];
      const { exitCode, stderr } = await place.run('touch ../x; mkdir ../../x');
      for (const folder of above) expect(readdirSync(folder)).not.toContain('x');
      // What is below /tmp is a /tmp of their own, in which nothing but bwrap as root makes folders of another user.
      if (!isRoot || mode !== 'bubblewrap') return;
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringMatching(/Read-only|denied/),
      });
    });
  });

  describe('whom a command can reach', () => {
    test('no one: neither this machine nor another, unless it is given the network', async () => {
      const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
      await new Promise((done) => server.once('listening', done));
      const { port } = server.address() as { port: number };
      for (const address of [`127.0.0.1/${port}`, '192.0.2.1/80', '::1/22']) {
        const { exitCode } = await place.run(`exec 3<>/dev/tcp/${address} && cat <&3`);
        expect(exitCode).toBe(1);
      }
      const online = await place.run(`exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`, { isOnline: true });
      expect(online).toMatchObject({ stdout: 'hello' });
      server.close();
    });

    test('its own servers, as localhost', async () => {
      const perl = `use IO::Socket::INET;
      my $server = IO::Socket::INET->new(Listen => 1, LocalHost => "localhost") or die "no server: $!";
      my $client = IO::Socket::INET->new(PeerHost => "localhost", PeerPort => $server->sockport) or die "no client: $!";
      print "met";`;
      expect(await place.run(['perl', '-e', perl])).toMatchObject({ stdout: 'met', stderr: '' });
    });

    test('no one through an abstract socket name', async () => {
      const server = createServer((socket) => socket.end('hello'));
      const name = `polyphony-test-${process.pid}`;
      await new Promise<void>((done) => server.listen({ path: `\0${name}` }, done));
      const perl = `use Socket;
      socket(my $unix, PF_UNIX, SOCK_STREAM, 0);
      print connect($unix, pack("Sa*", PF_UNIX, "\\0${name}")) ? "abstract\\n" : "no abstract\\n";`;
      const { stdout } = await place.run(['perl', '-e', perl]);
      expect(stdout).toBe('no abstract\n');
      server.close();
    });

    filtered(mode, 'families')('nobody through sockets that have no network namespace', async () => {
      const perl = `print socket(my $vsock, 40, 1, 0) ? "vsock\\n" : "no vsock\\n";
      print socket(my $alg, 38, 5, 0) ? "alg\\n" : "no alg\\n";`;
      expect((await place.run(['perl', '-e', perl])).stdout).toBe('no vsock\nno alg\n');
    });
  });

  describe('what a command is', () => {
    test('nobody’s uid with no capability, and no way to get one', async () => {
      const { stdout } = await place.run(['grep', '-E', 'Uid|Cap|NoNewPrivs|Seccomp:', '/proc/self/status']);
      const status = Object.fromEntries(
        stdout
          .trim()
          .split('\n')
          .map((line) => line.split(/:\s*/)),
      );
      const uid = isRoot ? uidOf(place.tenant) : process.getuid!();
      expect(status).toMatchObject({
        Uid: Array(4).fill(uid).join('\t'),
        NoNewPrivs: '1',
        Seccomp: mode === 'bubblewrap' ? '2' : '0',
      });
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
        expect(status[set]).toMatch(/^0+$/);
    });

    test.each([
      'unshare -U true',
      'unshare -Ur true',
      'unshare -m true',
      'mount -t tmpfs none /tmp',
      'mknod d b 8 0',
    ])('refused: %s', async (command) => {
      const { exitCode, stderr } = await place.run(command);
      expect({ exitCode: exitCode > 0, stderr }).toEqual({
        exitCode: true,
        stderr: expect.stringMatching(
          /not permitted|must be superuser|permission denied|unshare failed: No space left/i,
        ),
      });
    });

    test.each([
      'nsenter --user --target 1 true',
      'nsenter --mount --target 1 true',
      'nsenter --net --target 1 true',
      'echo 5 >/proc/sys/user/max_user_namespaces',
      'mount -o remount,rw /',
      'umount /proc',
      'chroot . true',
      'kill -9 1 && ! sleep 0.3',
    ])('without rights over what was made for it: %s', async (command) => {
      expect((await place.run(`{ ${command}; } || echo refused`)).stdout).toBe('refused\n');
    });

    test('in a session of its own, so that no signal of it reaches what started it', async () => {
      expect((await place.run(`cut -d ' ' -f 5,6 /proc/1/stat`)).stdout).toBe('1 1\n');
    });

    filtered(mode, 'interfaces')('without interfaces of the kernel that no build needs', async () => {
      const [bpf, keyctl] = process.arch === 'x64' ? [321, 250] : [280, 219];
      const perl = `for my $call (425, ${bpf}, ${keyctl}) { print syscall($call, 0, 0, 0) < 0 ? "$!\\n" : "allowed\\n" }`;
      expect((await place.run(['perl', '-e', perl])).stdout).toBe('Operation not permitted\n'.repeat(3));
    });

    test('threads, pipes and background jobs work as usual', async () => {
      const { stdout, stderr } = await place.run(
        '(echo a & wait) | cat; echo b >/dev/stdout; echo c >/dev/stderr',
      );
      expect({ stdout, stderr }).toEqual({ stdout: 'a\nb\n', stderr: 'c\n' });
    });
  });

  describe('a link in the place of a working directory', () => {
    const nested = async () => {
      const { dataDir, tenant } = place;
      const settings = {
        dataDir,
        workspaceRoots: [join(dataDir, 'workspaces')],
        sandbox: mode,
      };
      const path = await openWorkspace(settings, tenant, `outer/${crypto.randomUUID()}`, 'workingDirectory');
      return path;
    };

    test('is not followed', async () => {
      const workspace = await nested();
      renameSync(workspace, `${workspace}.old`);
      symlinkSync(place.dataDir, workspace);
      const message = expect.stringContaining(`commands cannot work in ${workspace}`);
      await expect(place.run('cat jwt.secret', { workspace })).rejects.toMatchObject({
        code: 'SANDBOX_UNAVAILABLE',
        message,
      });
    });

    test('is not followed above it either', async () => {
      const workspace = join(await nested(), 'below');
      mkdirSync(workspace);
      const parent = resolve(workspace, '..');
      renameSync(parent, `${parent}.old`);
      mkdirSync(join(place.dataDir, 'below'), { recursive: true });
      symlinkSync(place.dataDir, parent);
      await expect(place.run('pwd', { workspace })).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
    });

    test('is not followed however fast it comes and goes', async () => {
      const workspace = await nested();
      let isOver = false;
      const swapping = (async () => {
        for (let turn = 0; !isOver; turn += 1) {
          renameSync(workspace, `${workspace}.old`);
          symlinkSync(place.dataDir, workspace);
          // Now and then long enough for a command to come by, at another moment each time.
          await new Promise((done) => setTimeout(done, turn % 5));
          rmSync(workspace);
          renameSync(`${workspace}.old`, workspace);
          await new Promise((done) => setTimeout(done, turn % 7));
        }
      })();
      const tries = Array.from({ length: 80 }, async (_, index) => {
        await new Promise((done) => setTimeout(done, index * 10));
        return place.run('ls -A; cat jwt.secret', { workspace }).catch((error) => error);
      });
      const outcomes = await Promise.all(tries);
      isOver = true;
      await swapping;
      const said = outcomes.map((outcome) => outcome.stdout ?? outcome.code);
      expect([...new Set(said)].filter((one) => one !== '' && one !== 'SANDBOX_UNAVAILABLE')).toEqual([]);
    });
  });
});
