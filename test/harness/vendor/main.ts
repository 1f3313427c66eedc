import { WHO, type Who } from './behaviours/actors.ts';
import { startVendor } from './server.ts';

function whoIs(name: string): Who {
  const who = WHO.find((one) => one === name);
  if (!who) throw new Error(`Nothing is known of ${name}; there are ${WHO.join(', ')}`);
  return who;
}

const [port = '0', as] = process.argv.slice(2);
const vendor = await startVendor({ port: Number(port), ...(as && { as: whoIs(as) }) });
console.log(vendor.url);

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void vendor.stop());
