/**
 * A seccomp filter for what namespaces leave open. A command must not create a user namespace, in which it
 * would have capabilities and could mount unlimited memory; sockets must not leave the network namespace by a
 * family without one (vsock reaches the host of a virtual machine); and large kernel interfaces that no build
 * or script needs are closed. The list follows flatpak's, as far as it applies.
 */
interface Machine {
  audit: number;
  clone: number;
  unshare: number;
  socket: number;
  /** Allocates space faster than any watch can react; C libraries fall back to writing. */
  fallocate: number;
  mmap: number;
  shmget: number;
  denied: readonly number[];
}

/**
 * Numbers from 424 on are the same on all architectures: io_uring (425-427), the newer calls for mounts
 * (428-433, 442), memfd_secret (447).
 */
const DENIED_EVERYWHERE = [425, 426, 427, 428, 429, 430, 431, 432, 433, 442, 447];
const CLONE3 = 435;

const MACHINES: Partial<Record<NodeJS.Architecture, Machine>> = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    unshare: 272,
    socket: 41,
    fallocate: 285,
    mmap: 9,
    shmget: 29,
    // pivot_root, mount, umount2, add_key, request_key, keyctl, perf_event_open, setns, bpf, userfaultfd,
    // memfd_create, and sched_setaffinity, because one processor is reserved for the server.
    denied: [319, 155, 165, 166, 203, 248, 249, 250, 298, 308, 321, 323],
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    unshare: 97,
    socket: 198,
    fallocate: 47,
    mmap: 222,
    shmget: 194,
    denied: [279, 41, 40, 39, 122, 217, 218, 219, 241, 268, 280, 282],
  },
};

const NEW_USER_NAMESPACE = 0x10000000;
/** unix, inet, inet6, netlink: all that are confined to the network namespace. */
const FAMILIES = [1, 2, 10, 16];
/** Bit of the x32 interface, which has another table of numbers. */
const X32 = 0x40000000;

const EPERM = 1;
const ENOMEM = 12;
const ENOSYS = 38;
const EOPNOTSUPP = 95;
const EAFNOSUPPORT = 97;
const ALLOW = 0x7fff0000;
const refuse = (errno: number) => 0x00050000 | errno;

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, operand: number];
const load = (offset: number): Instruction => [0x20, 0, 0, offset];
const answer = (verdict: number): Instruction => [0x06, 0, 0, verdict];
/** Continues with the next instruction when equal, otherwise skips `skip`. */
const equals = (value: number, skip: number): Instruction => [0x15, 0, skip, value];

/**
 * Offsets in `struct seccomp_data`: the number of the call, the architecture, the low half of the first
 * argument.
 */
const NUMBER = 0;
const AUDIT = 4;
const ARGUMENT = 16;
/** The second argument, and the low half of the fourth. */
const LENGTH = 24;
const FLAGS = 40;

/** In the format of bwrap's `--seccomp`; null where the numbers of this architecture are not known. */
export function systemCallFilter(architecture: NodeJS.Architecture): Buffer | null {
  const machine = MACHINES[architecture];
  return machine ? encode(filterFor(machine)) : null;
}

function filterFor({
  audit,
  clone,
  unshare,
  socket,
  fallocate,
  mmap,
  shmget,
  denied,
}: Machine): Instruction[] {
  return [
    load(AUDIT),
    [0x15, 1, 0, audit],
    answer(refuse(ENOSYS)),
    load(NUMBER),
    [0x35, 0, 1, X32],
    answer(refuse(ENOSYS)),
    // Its flags are in memory, out of reach of a filter; C libraries fall back to clone.
    ...whenCalled(CLONE3, [answer(refuse(ENOSYS))]),
    ...whenCalled(fallocate, [answer(refuse(EOPNOTSUPP))]),
    ...[...denied, ...DENIED_EVERYWHERE].flatMap((number) => whenCalled(number, [answer(refuse(EPERM))])),
    ...[clone, unshare].flatMap((number) => whenCalled(number, refuseNewUserNamespace())),
    ...whenCalled(mmap, refuseLargeSharedMemory()),
    ...whenCalled(shmget, [...refuseLarger(MOST_SEGMENT), answer(ALLOW)]),
    ...whenCalled(socket, [
      load(ARGUMENT),
      ...FAMILIES.flatMap((family) => [equals(family, 1), answer(ALLOW)]),
      answer(refuse(EAFNOSUPPORT)),
    ]),
    answer(ALLOW),
  ];
}

function whenCalled(number: number, then: readonly Instruction[]): Instruction[] {
  return [equals(number, then.length), ...then];
}

/**
 * Memory that no process maps counts towards no process, so it must have a size limit (as /dev/shm has) or be
 * allocated in pieces that the memory watch sees growing: memfd_create is refused, and so are large anonymous
 * shared mappings.
 */
const SHARED_ANONYMOUS = 0x21;
const MOST_SHARED = 256 * 2 ** 20;
/** System V shared memory; there are at most 4096 segments. */
const MOST_SEGMENT = 64 * 2 ** 10;

function refuseLargeSharedMemory(): Instruction[] {
  const larger = refuseLarger(MOST_SHARED);
  return [
    load(FLAGS),
    [0x54, 0, 0, SHARED_ANONYMOUS],
    equals(SHARED_ANONYMOUS, larger.length),
    ...larger,
    answer(ALLOW),
  ];
}

/** A length as the second argument, of which the high half must be 0. */
function refuseLarger(most: number): Instruction[] {
  return [
    load(LENGTH + 4),
    [0x15, 1, 0, 0],
    answer(refuse(ENOMEM)),
    load(LENGTH),
    [0x25, 0, 1, most],
    answer(refuse(ENOMEM)),
  ];
}

function refuseNewUserNamespace(): Instruction[] {
  return [load(ARGUMENT), [0x45, 0, 1, NEW_USER_NAMESPACE], answer(refuse(EPERM)), answer(ALLOW)];
}

function encode(instructions: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(instructions.length * 8);
  for (const [index, [code, ifTrue, ifFalse, operand]] of instructions.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(operand, index * 8 + 4);
  }
  return bytes;
}
