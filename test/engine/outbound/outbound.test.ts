import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type LookupFunction } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createOutbound } from '../../../src/engine/outbound/outbound.ts';

const resolving =
  (...addresses: string[]): LookupFunction =>
  (_host, _options, callback) =>
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

const REFUSED = { code: 'ADDRESS_REFUSED' };

describe('the addresses of a host', () => {
  test('are those that it is at', async () => {
    const outbound = createOutbound([], resolving('93.184.216.34', '2606:4700::1111'));
    expect(await outbound.addressesOf('example.com')).toEqual(['93.184.216.34', '2606:4700::1111']);
  });

  test('may all be reached, or none is', async () => {
    const outbound = createOutbound([], resolving('93.184.216.34', '10.0.0.1'));
    await expect(outbound.addressesOf('example.com')).rejects.toMatchObject(REFUSED);
  });

  test('may be private where the operator named the host, or where they are', async () => {
    const lookup = resolving('10.0.0.1');
    expect(await createOutbound(['intra.example'], lookup).addressesOf('intra.example')).toEqual([
      '10.0.0.1',
    ]);
    expect(await createOutbound(['10.0.0.0/8'], lookup).addressesOf('intra.example')).toEqual(['10.0.0.1']);
    await expect(
      createOutbound(['other.example'], lookup).addressesOf('intra.example'),
    ).rejects.toMatchObject(REFUSED);
  });

  test('are itself where it is one', async () => {
    await expect(createOutbound([]).addressesOf('127.0.0.1')).rejects.toMatchObject(REFUSED);
    await expect(createOutbound([]).addressesOf('[::1]')).rejects.toMatchObject(REFUSED);
    expect(await createOutbound(['::1']).addressesOf('[::1]')).toEqual(['::1']);
  });

  test('that is not known are told to be none', async () => {
    const failing: LookupFunction = (_host, _options, callback) => callback(new Error('ENOTFOUND'), '');
    for (const lookup of [failing, resolving()]) {
      await expect(createOutbound([], lookup).addressesOf('nobody.example')).rejects.toMatchObject({
        ...REFUSED,
        message: 'the host nobody.example could not be resolved',
      });
    }
  });
});

describe('as the lookup of a connection', () => {
  test('it lets through what may be reached, and nothing else', async () => {
    const server = createServer((socket) => socket.end('hello'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const reach = async (allow: string[]) => {
      const lookup = createOutbound(allow, resolving('127.0.0.1')).lookupFor(port);
      const socket = connect({ host: 'git.example', port, lookup });
      const [said] = await once(socket, 'data');
      return String(said);
    };
    expect(await reach(['git.example'])).toBe('hello');
    await expect(reach([])).rejects.toMatchObject(REFUSED);
    expect(await reach([`git.example:${port}`])).toBe('hello');
    await expect(reach([`git.example:${port + 1}`, `127.0.0.0/8:${port - 1}`])).rejects.toMatchObject(
      REFUSED,
    );
    server.close();
  });
});
