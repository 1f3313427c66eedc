import { describe, expect, test } from 'vitest';
import { isAllowed, isMetadataName, isPublic } from '../../../src/rules/integrations/address.ts';

describe('an address of the public internet', () => {
  test.each([
    '93.184.216.34',
    '8.8.8.8',
    '192.0.1.1',
    '168.63.129.17',
    '2606:4700::1111',
    '2001:4860:4860::8888',
    '2a00::1',
    '::ffff:8.8.8.8',
  ])('%s is one', (address) => {
    expect(isPublic(address)).toBe(true);
  });

  test.each([
    ...['0.0.0.0', '127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...[
      '169.254.169.254',
      '100.64.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '240.0.0.1',
      '192.0.2.1',
      '198.18.0.1',
    ],
    ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12::1', 'ff02::1', '2001:db8::1'],
    // A cloud's own.
    ...[
      '168.63.129.16',
      '::ffff:168.63.129.16',
      '100.100.100.200',
      '192.0.0.192',
      'fd00:ec2::254',
      'fd20:ce::254',
    ],
    // IANA's registries of special addresses.
    ...[
      '192.0.0.1',
      '192.0.0.9',
      '192.0.0.170',
      '192.31.196.1',
      '192.52.193.1',
      '192.88.99.1',
      '192.175.48.1',
    ],
    ...['198.19.255.255', '198.51.100.1', '203.0.113.1', '100.127.255.255', '239.255.255.255', '254.0.0.1'],
    ...['::127.0.0.1', '::8.8.8.8', '::2', '::ffff:0:8.8.8.8', '100::1', '100:0:0:1::1', '200::1', '1fff::1'],
    ...[
      '64:ff9b::8.8.8.8',
      '64:ff9b:1::1',
      '2002:808:808::1',
      '2001::1',
      '2001:1::1',
      '2001:2::1',
      '2001:10::1',
    ],
    ...[
      '2001:20::1',
      '2001:30::1',
      '2001:1ff:ffff::1',
      '2001:db8:ffff::1',
      '3fff::1',
      '3fff:fff::1',
      '2620:4f:8000::1',
    ],
    ...['4000::1', '5f00::1', '8000::1', 'fec0::1', 'feff::1', 'fdff::1', 'ff0e::1'],
    ...['2606:4700::5efe:a00:1', '2606:4700::200:5efe:7f00:1'],
    ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', 'nonsense', ''],
  ])('%s is none', (address) => {
    expect(isPublic(address)).toBe(false);
  });
});

describe('what the operator allows', () => {
  const allow = ['git.example.com', '10.0.0.0/8', '127.0.0.1', 'fd00::/8', 'GitLab'];

  test.each([
    'git.example.com',
    'GIT.example.com',
    'gitlab',
    '10.1.2.3',
    '127.0.0.1',
    '::ffff:10.0.0.1',
    'fd00::5',
  ])('%s', (name) => {
    expect(isAllowed(name, allow, 443)).toBe(true);
  });

  test.each(['example.com', 'a.git.example.com', '11.0.0.1', '127.0.0.2', 'fe80::1', ''])(
    'not %s',
    (name) => {
      expect(isAllowed(name, allow, 443)).toBe(false);
    },
  );
});

describe('what the operator allows at a port', () => {
  const allow = ['git.example.com:8443', '[::1]:80', '[fd00::/8]:443', '10.0.0.0/8:443', '127.0.0.1:1'];

  test.each([
    ['git.example.com', 8443],
    ['::1', 80],
    ['fd00::5', 443],
    ['10.1.2.3', 443],
    ['::ffff:10.1.2.3', 443],
    ['127.0.0.1', 1],
  ])('%s at %i', (name, port) => {
    expect(isAllowed(name, allow, port)).toBe(true);
    expect(isAllowed(name, allow, port + 1)).toBe(false);
    expect(isAllowed(name, allow, null)).toBe(false);
  });
});

test.each(['metadata.google.internal', 'METADATA.google.internal.', 'metadata', 'instance-data'])(
  '%s is a name of a cloud’s own',
  (name) => {
    expect(isMetadataName(name)).toBe(true);
    expect(isMetadataName(`www.${name}.example.com`)).toBe(false);
  },
);
