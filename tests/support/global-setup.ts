import { startTestServers } from './servers';

declare global {
  var stopTestServers: (() => Promise<void>) | undefined;
}

export default async function globalSetup({ maxWorkers }: { readonly maxWorkers: number }): Promise<void> {
  globalThis.stopTestServers = await startTestServers(maxWorkers);
}
