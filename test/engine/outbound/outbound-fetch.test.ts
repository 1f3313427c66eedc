import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { expect, test } from 'vitest';
import { createIntegrationTester } from '../../../src/engine/deliveries/tester.ts';
import { createOutbound } from '../../../src/engine/outbound/outbound.ts';
import { createOutboundFetch } from '../../../src/engine/outbound/outbound-fetch.ts';
import type { IntegrationRow } from '../../../src/store/integrations/integrations.ts';
import { fixture } from '../../harness/fixture.ts';
import { startOutside } from '../../harness/vendor/outside.ts';

const outside = fixture(startOutside);

/** A name that leads to one address after the other; the last one stays. */
function rebinding(...addresses: string[]): LookupFunction {
  return (_host, _options, callback) => {
    const address = addresses.length > 1 ? addresses.shift()! : addresses[0]!;
    callback(null, [{ address, family: 4 } satisfies LookupAddress]);
  };
}

const urlOf = (path: string) => `http://rebound.example:${new URL(outside.url).port}${path}`;

test('a name that is public when it is checked and ours when it is connected to reaches nothing', async () => {
  const lookup = rebinding('93.184.216.34', '127.0.0.1');
  const fetch = createOutboundFetch(createOutbound([], lookup));
  await expect(fetch(urlOf('/first'))).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
  // Now it is known to be ours.
  await expect(fetch(urlOf('/first'))).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
  expect(outside.received).toEqual([]);
});

test('the same name reaches it where the operator allows that', async () => {
  const lookup = rebinding('93.184.216.34', '127.0.0.1');
  const fetch = createOutboundFetch(createOutbound(['rebound.example'], lookup));
  expect((await fetch(urlOf('/allowed'))).status).toBe(204);
  expect(outside.received.map(({ path }) => path)).toEqual(['/allowed']);
});

test('an integration whose name leads back to us says so, and is not asked', async () => {
  const outbound = createOutbound([], rebinding('93.184.216.34', '127.0.0.1'));
  const secrets = { seal: async (text: string) => text, open: async (sealed: string) => sealed };
  const integration = {
    platform: 'webhook',
    url: urlOf('/integration'),
    sealedCredentials: `whsec_${'A'.repeat(32)}`,
  } as IntegrationRow;
  const outcome = await createIntegrationTester({ outbound, secrets }).test(integration);
  expect(outcome).toMatchObject({
    succeeded: false,
    message:
      'rebound.example resolves to 127.0.0.1, which is not on the public internet; the operator can allow it with OUTBOUND_ALLOW',
  });
  expect(outside.received.filter(({ path }) => path === '/integration')).toEqual([]);
});
