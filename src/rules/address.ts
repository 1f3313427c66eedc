import ipaddr from 'ipaddr.js';

/** Whether an entry of OUTBOUND_ALLOW names a host, or an address, or a range that the address lies in. */
export function isAllowed(hostOrAddress: string, allow: readonly string[]): boolean {
  const name = hostOrAddress.toLowerCase();
  if (allow.some((entry) => entry.toLowerCase() === name)) return true;
  if (!ipaddr.isValid(name)) return false;
  const address = unwrapped(name);
  return allow.some((entry) => {
    if (ipaddr.isValid(entry)) return unwrapped(entry).toString() === address.toString();
    if (!ipaddr.isValidCIDR(entry)) return false;
    const [network, bits] = ipaddr.parseCIDR(entry);
    return network.kind() === address.kind() && address.match(network, bits);
  });
}

/** Whether an address is one of the public internet: not of a machine, a local network, or a cloud's own services. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && unwrapped(address).range() === 'unicast';
}

/** An IPv4 address out of its IPv6 wrapping; other wrappings have ranges of their own. */
function unwrapped(text: string): ipaddr.IPv4 | ipaddr.IPv6 {
  const address = ipaddr.parse(text);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}
