import { cacheExchange } from '@urql/exchange-graphcache';
import { createPolyphony } from 'polyphony-client';
import { polyphonyExchange } from 'polyphony-client/urql';
import { Client } from 'urql';
import { PARTS } from '../page/parts.ts';

const [url, token] = process.argv.slice(2) as [string, string];
const client = new Client({
  url,
  exchanges: [cacheExchange({}), polyphonyExchange(createPolyphony({ url, token }))],
});
const { error } = await client.query(PARTS, {});
if (error) throw error;
console.log(JSON.stringify(client.readQuery(PARTS, {}, { requestPolicy: 'cache-only' })!.data));
