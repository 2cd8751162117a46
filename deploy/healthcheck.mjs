// Ends with 0 when the address answers 200: `node deploy/healthcheck.mjs http://127.0.0.1:8080/healthz`.
const [, , url] = process.argv;
const ok = await fetch(url, { signal: AbortSignal.timeout(4_000) }).then(
  ({ status }) => status === 200,
  () => false,
);
process.exit(ok ? 0 : 1);
