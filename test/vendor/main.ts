import { startVendor } from './server.ts';

const vendor = await startVendor({ port: Number(process.argv[2] ?? 0) });
console.log(vendor.url);

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void vendor.stop());
