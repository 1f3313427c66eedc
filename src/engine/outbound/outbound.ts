import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { DomainError } from '../../errors.ts';
import { isAllowed, isMetadataName, isPublic } from '../../rules/integrations/address.ts';

interface Address {
  address: string;
  family: number;
}

/** What requests that users steer may reach: the public internet, and what the operator named. */
export interface Outbound {
  /**
   * The addresses of a host, all of which may be reached. Connect to these and to no others: a name that is looked
   * up again may lead elsewhere by then.
   * @throws DomainError ADDRESS_REFUSED when it has none, or one that may not be reached.
   */
  addressesOf(host: string, port?: number): Promise<string[]>;
  /** The same for whatever takes a `lookup` (`net.connect`, `http.request`). It is not asked about literal addresses. */
  lookupFor(port: number): LookupFunction;
  /** Whether OUTBOUND_ALLOW names the host, for the port. */
  isNamed(host: string, port: number): boolean;
}

/** @param allow hosts, addresses and ranges, with a port or without, that may be reached although they are private. */
export function createOutbound(allow: readonly string[], resolve: LookupFunction = systemLookup): Outbound {
  async function check(hostname: string, port: number | null): Promise<Address[]> {
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const addresses = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolveAll(resolve, host);
    const refused = addresses.find(
      ({ address }) =>
        (!isPublic(address) || isMetadataName(host)) &&
        !isAllowed(host, allow, port) &&
        !isAllowed(address, allow, port),
    );
    if (!refused && addresses.length > 0) return addresses;
    throw new DomainError('ADDRESS_REFUSED', refusal(host, refused?.address));
  }
  return {
    addressesOf: async (host, port) => (await check(host, port ?? null)).map(({ address }) => address),
    lookupFor: (port) => (host, options, callback) => {
      check(host, port).then(
        (addresses) => {
          if (options.all) callback(null, addresses);
          else callback(null, addresses[0]!.address, addresses[0]!.family);
        },
        (error) => callback(error, ''),
      );
    },
    isNamed: (host, port) => isAllowed(host.replace(/^\[(.*)\]$/, '$1'), allow, port),
  };
}

function refusal(host: string, address: string | undefined): string {
  if (address === undefined) return `the host ${host} is not known`;
  const where = address === host ? host : `${host} is at ${address}, which`;
  return `${where} is not on the public internet; the operator can allow it with OUTBOUND_ALLOW`;
}

function resolveAll(resolve: LookupFunction, host: string): Promise<Address[]> {
  return new Promise((settle) => {
    resolve(host, { all: true }, (error, addresses) => {
      settle(error || !Array.isArray(addresses) ? [] : addresses);
    });
  });
}
