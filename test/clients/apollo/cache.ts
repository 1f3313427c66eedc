import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { createPolyphony } from 'polyphony-client';
import { polyphonyLink } from 'polyphony-client/apollo';
import { PARTS } from '../page/parts.ts';

const [url, token] = process.argv.slice(2) as [string, string];
const client = new ApolloClient({
  link: polyphonyLink(createPolyphony({ url, token })),
  cache: new InMemoryCache(),
});
await client.query({ query: gql(PARTS) });
console.log(JSON.stringify(client.readQuery({ query: gql(PARTS) })));
