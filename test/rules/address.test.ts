import { describe, expect, test } from 'vitest';
import { isAllowed, isPublic } from '../../src/rules/address.ts';

describe('an address of the public internet', () => {
  test.each(['93.184.216.34', '8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is one', (address) => {
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
    expect(isAllowed(name, allow)).toBe(true);
  });

  test.each(['example.com', 'a.git.example.com', '11.0.0.1', '127.0.0.2', 'fe80::1', ''])(
    'not %s',
    (name) => {
      expect(isAllowed(name, allow)).toBe(false);
    },
  );
});
