import { createPolyphony } from 'polyphony-client';
import { relayFetch } from 'polyphony-client/relay';
import {
  createOperationDescriptor,
  Environment,
  fetchQuery,
  Network,
  RecordSource,
  Store,
} from 'relay-runtime';
import query, { type partsQuery } from './generated/partsQuery.graphql.ts';

const [url, token] = process.argv.slice(2) as [string, string];
const environment = new Environment({
  network: Network.create(relayFetch(createPolyphony({ url, token }))),
  store: new Store(new RecordSource()),
});
await fetchQuery<partsQuery>(environment, query, {}).toPromise();
console.log(JSON.stringify(environment.lookup(createOperationDescriptor(query, {}).fragment).data));
