import { isAbsolute } from 'node:path';
import proxyAddress from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { readAllowed } from '../rules/integrations/address.ts';
import { DIALECTS } from '../vocabulary.ts';

export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
export const url = z
  .url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' })
  .refine((text) => !/^[^/]*\/\/[^/]*@/.test(text), 'must not contain a user name or password')
  .transform((text) => text.replace(/\/+$/, ''));
/** http only on this machine, because its responses determine the identity of users. */
export const secureUrl = url.refine(
  (text) => text.startsWith('https://') || /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(text),
  'must start with https://',
);
export const proxies = list.refine(
  isProxies,
  'must be addresses or ranges such as 10.0.0.0/8, or loopback, linklocal, uniquelocal, separated by commas',
);
export const outbound = list.refine(
  (entries) =>
    entries.every((entry) => {
      const { name, port } = readAllowed(entry);
      const isTarget = /^[\w.-]+$/.test(name) || ipaddr.isValid(name) || ipaddr.isValidCIDR(name);
      return isTarget && (port === null || (port >= 1 && port <= 65535));
    }),
  'must be hosts, addresses and ranges such as git.example.com or 10.0.0.0/8, optionally with a :port, separated by commas',
);
export const folders = list.refine(
  (paths) => paths.length > 0 && paths.every((path) => isAbsolute(path)),
  'must be absolute paths, separated by commas',
);
/** `amas:8004,orchestratex:8005` */
export const dialectPorts = list
  .refine(
    (entries) => entries.every((entry) => readDialectPort(entry)),
    `must be dialects with a port each, such as amas:8004, separated by commas; dialects are ${DIALECTS.join(', ')}`,
  )
  .transform((entries) => entries.flatMap((entry) => readDialectPort(entry) ?? []));
/** `amas:2027-01-31`, the beginning of a day in UTC. */
export const dialectDates = list
  .refine(
    (entries) => entries.every((entry) => readDialectDate(entry)),
    `must be dialects, each with a date, such as amas:2027-01-31, separated by commas; dialects are ${DIALECTS.join(', ')}`,
  )
  .refine(
    (entries) => new Set(entries.map((entry) => entry.split(':')[0])).size === entries.length,
    'must name each dialect once',
  )
  .transform((entries) => entries.flatMap((entry) => readDialectDate(entry) ?? []));
/** As accepted by Ollama's own programs: `host`, `host:port`, or a URL. */
export const ollamaHost = z
  .string()
  .transform((text) => (/^https?:\/\//.test(text) ? text : `http://${withOllamaPort(text)}`))
  .pipe(url)
  // If it listens on every address, this is how to reach it on the same machine.
  .transform((text) => text.replace(/^(https?:\/\/)0\.0\.0\.0(?=[:/]|$)/, '$1127.0.0.1'));
export const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://');

function readDialectPort(entry: string) {
  const [name, digits = ''] = entry.split(':');
  const dialect = DIALECTS.find((known) => known === name);
  const isPort = /^\d{1,5}$/.test(digits) && Number(digits) <= 65535;
  return dialect && isPort && entry === `${name}:${digits}` ? { dialect, port: Number(digits) } : null;
}

function readDialectDate(entry: string) {
  const [name, day = ''] = entry.split(':');
  const dialect = DIALECTS.find((known) => known === name);
  const isDay = entry === `${name}:${day}` && z.iso.date().safeParse(day).success;
  return dialect && isDay ? { dialect, date: new Date(day) } : null;
}

function withOllamaPort(host: string): string {
  return /(:\d+|\/.*)$/.test(host) ? host : `${host}:11434`;
}

/** Only digits: a number made of ` ` is 0, of `0x50` is 80. */
export function whole(least: number, most: number) {
  return z
    .string()
    .refine(
      (text) => /^\d{1,15}$/.test(text) && Number(text) >= least && Number(text) <= most,
      `must be a whole number from ${least} to ${most}`,
    )
    .transform(Number);
}

/** A fraction greater than 0 and at most 1. */
export function part() {
  return z
    .string()
    .refine(
      (text) => /^\d(\.\d{1,9})?$/.test(text) && Number(text) > 0 && Number(text) <= 1,
      'must be a number greater than 0 and at most 1, such as 0.5',
    )
    .transform(Number);
}

export function factor() {
  return z
    .string()
    .refine(
      (text) => /^\d{1,9}(\.\d{1,9})?$/.test(text) && Number(text) > 0,
      'must be a number greater than 0, such as 2 or 0.5',
    )
    .transform(Number);
}

function isProxies(proxies: string[]): boolean {
  // A number of hops, as in other programs, would be parsed as an address: 1 is 0.0.0.1.
  if (proxies.some((proxy) => /^\d+$/.test(proxy))) return false;
  try {
    proxyAddress.compile(proxies);
    return true;
  } catch {
    return false;
  }
}
