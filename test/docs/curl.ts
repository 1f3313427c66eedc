/**
 * Curl as the pages use it, so that their commands need no curl of the machine. Unlike curl, it ends with 22 when the answer
 * is an error, and an option that is not listed here is one.
 */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    'no-buffer': { type: 'boolean', short: 'N' },
    request: { type: 'string', short: 'X' },
    header: { type: 'string', short: 'H', multiple: true, default: [] },
    data: { type: 'string', short: 'd' },
  },
});
const [address = ''] = positionals;
const url = new URL(/^https?:/.test(address) ? address : `http://${address}`);
if (url.host === 'localhost:8000') url.host = new URL(process.env.SERVER!).host;

const { data } = values;
// Not `fetch`, which marks its requests as those of a script.
const sent = request(url, {
  method: values.request ?? (data === undefined ? 'GET' : 'POST'),
  headers: Object.fromEntries(values.header.map((header) => header.split(/: */, 2))),
}).end(data);
const [response] = (await once(sent, 'response')) as [IncomingMessage];
const body = await text(response);
process.stdout.write(body);
const failed = response.statusCode! >= 400 || /"errors":\[/.test(body);
if (failed) console.error(`${url.pathname}: ${response.statusCode} ${body}`);
process.exitCode = failed ? 22 : 0;
