import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, data, errorCode } from '../harness/client.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { answerText, startVendor, type Vendor } from '../vendor/server.ts';

let vendor: Vendor;
let server: TestServer;
let ann: Client;

beforeAll(async () => {
  vendor = await startVendor();
  server = await startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } });
  ann = await server.newUser();
});
afterAll(async () => {
  await server?.stop();
  await vendor?.stop();
});
