import ipaddr from 'ipaddr.js';

/**
 * Whether an entry of OUTBOUND_ALLOW matches a host, an address, or a range that contains the address.
 * @param port the target port. An entry with a port matches that port alone, an entry without one matches all
 * ports. null: the port is unknown, and only entries without one match
 */
export function isAllowed(hostOrAddress: string, allow: readonly string[], port: number | null): boolean {
  const name = hostOrAddress.toLowerCase();
  return allow.some((entry) => {
    const target = readAllowed(entry);
    return (target.port === null || target.port === port) && covers(target.name, name);
  });
}

/** `host`, `host:443`, `10.0.0.0/8:443`, `fd00::/8`, `[fd00::1]:443` and `[fd00::/8]:443`. */
export function readAllowed(entry: string): { name: string; port: number | null } {
  const parts = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(entry);
  if (!parts) return { name: entry.toLowerCase(), port: null };
  const [, bracketed, plain, port] = parts;
  return { name: (bracketed ?? plain)!.toLowerCase(), port: port === undefined ? null : Number(port) };
}

function covers(entry: string, name: string): boolean {
  if (entry === name) return true;
  if (!ipaddr.isValid(name)) return false;
  const address = unwrapped(name);
  if (ipaddr.isValid(entry)) return unwrapped(entry).toString() === address.toString();
  if (!ipaddr.isValidCIDR(entry)) return false;
  const [network, bits] = ipaddr.parseCIDR(entry);
  return network.kind() === address.kind() && address.match(network, bits);
}

/**
 * Whether an address is on the public internet: not of a machine, a local network, or the internal services
 * of a cloud.
 */
export function isPublic(address: string): boolean {
  // The library reads `::8.8.8.8`, which is in `::/96`, as the IPv4 address mapped into `::ffff:0:0/96`.
  if (!ipaddr.isValid(address) || /^::\d+\./.test(address)) return false;
  const plain = unwrapped(address);
  return plain instanceof ipaddr.IPv6 ? isPublicV6(plain) : isPublicV4(plain);
}

/**
 * Ranges of IANA's special-purpose registry that the library lacks, and addresses of cloud services for their
 * machines.
 */
const CLOSED_V4 = [
  // Azure's WireServer: DNS, DHCP, and certificates of the machine.
  '168.63.129.16/32',
  // Direct Delegation AS112 Service, AMT and 6to4 relays belong to networks, not to hosts.
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.175.48.0/24',
  '192.0.0.0/24',
].map((range) => ipaddr.IPv4.parseCIDR(range));

function isPublicV4(address: ipaddr.IPv4): boolean {
  return address.range() === 'unicast' && !CLOSED_V4.some((range) => address.match(range));
}

/** Global unicast (IANA). Everything outside is special, deprecated or not assigned, including `::/96`. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** The library classifies IPv4 tunnels (6to4, Teredo, NAT64), documentation and benchmark ranges as other than unicast. */
function isPublicV6(address: ipaddr.IPv6): boolean {
  return address.match(GLOBAL_V6) && address.range() === 'unicast' && isPublicInside(address);
}

/** An ISATAP address (RFC 5214) ends with 0:5efe or 200:5efe and the IPv4 address of its target. */
function isPublicInside({ parts }: ipaddr.IPv6): boolean {
  const isIsatap = parts[5] === 0x5efe && (parts[4] === 0 || parts[4] === 0x200);
  if (!isIsatap) return true;
  const bytes = [parts[6]! >> 8, parts[6]! & 255, parts[7]! >> 8, parts[7]! & 255];
  return isPublicV4(new ipaddr.IPv4(bytes));
}

/** Host names of cloud metadata services, which serve credentials; rejected regardless of their addresses. */
const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.azure.com',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
]);

export function isMetadataName(host: string): boolean {
  return METADATA_NAMES.has(host.toLowerCase().replace(/\.+$/, ''));
}

/** Unwraps an IPv4 address from IPv6; other wrappings have ranges of their own. */
function unwrapped(text: string): ipaddr.IPv4 | ipaddr.IPv6 {
  const address = ipaddr.parse(text);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}
