import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { DomainError } from '../../errors.ts';
import { isAllowed, isMetadataName, isPublic } from '../../rules/integrations/address.ts';

interface Address {
  address: string;
  family: number;
}

/**
 * Which addresses requests may reach whose URL users control: the public internet, and what the operator
 * allows.
 */
export interface Outbound {
  /**
   * The addresses of a host, all of which may be reached. Connect only to these: resolving the name again may
   * return others.
   * @throws DomainError ADDRESS_REFUSED if it has no address, or one that may not be reached
   */
  addressesOf(host: string, port?: number): Promise<string[]>;
  /**
   * The same as a `lookup` function (`net.connect`, `http.request`). It is not called for literal addresses.
   */
  lookupFor(port: number): LookupFunction;
  /** Whether OUTBOUND_ALLOW names the host, for the port. */
  isNamed(host: string, port: number): boolean;
}

/**
 * @param allow hosts, addresses and ranges, with or without a port, that may be reached although they are
 * private
 */
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
  if (address === undefined) return `the host ${host} could not be resolved`;
  const where = address === host ? host : `${host} resolves to ${address}, which`;
  return `${where} is not on the public internet; the operator can allow it with OUTBOUND_ALLOW`;
}

function resolveAll(resolve: LookupFunction, host: string): Promise<Address[]> {
  return new Promise((settle) => {
    resolve(host, { all: true }, (error, addresses) => {
      settle(error || !Array.isArray(addresses) ? [] : addresses);
    });
  });
}
