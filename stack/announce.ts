import { relative } from 'node:path';

export interface Announcement {
  readonly apiUrl: string;
  readonly temporalUiUrl: string | null;
  readonly temporalAddress: string;
  readonly workerPid: number;
  readonly homeFolder: string;
  /** Plain key by role. */
  readonly apiKeys: Readonly<Record<string, string>>;
}

/** What the clerk types in when a resident of 湖畔花园 calls about the lift. */
const FIRST_COMPLAINT = {
  project: 'lakeside',
  channel: 'phone',
  matter: '3号楼2单元电梯夜里异响，老人不敢乘坐',
  place: { building: '3', unit: '2' },
};

/** What a newcomer needs, in the order in which he needs it. */
export function announcement(facts: Announcement): string {
  const width = Math.max(...Object.keys(facts.apiKeys).map((role) => role.length));
  const keys = Object.entries(facts.apiKeys).map(([role, key]) => `  ${role.padEnd(width)}  ${key}`);
  const near = relative(process.cwd(), facts.homeFolder) || '.';
  const home = near.startsWith('..') ? facts.homeFolder : near;
  return [
    '',
    `  API            ${facts.apiUrl}`,
    `  Documentation  ${facts.apiUrl}/docs`,
    `  Temporal UI    ${facts.temporalUiUrl ?? `unknown; the server is ${facts.temporalAddress}`}`,
    `  Decoded there  sign in at ${facts.apiUrl}/codec/login, which says what to set in the Web UI`,
    `  Worker         pid ${facts.workerPid}; kill -9 it if you like: it is started again and nothing is lost`,
    `  Logs           ${home}/logs`,
    '',
    'Login keys, one per role (also in ' + home + '/secrets.json):',
    ...keys,
    '',
    'A complaint, read back, and what is owed now:',
    ...curlLines(facts),
    '',
    `More workers, or an API beside this one: node --env-file=${home}/env --require ./worker/no-call-stacks.cjs --import tsx worker/main.ts`,
    'Ctrl-C stops everything.',
  ].join('\n');
}

function curlLines({ apiUrl, apiKeys }: Announcement): string[] {
  const bearer = `-H 'Authorization: Bearer ${apiKeys.customer_service}'`;
  const body = `-H 'Content-Type: application/json' -d '${JSON.stringify(FIRST_COMPLAINT)}'`;
  const start = `curl -sS -D - -X POST ${apiUrl}/api/v1/complaints ${bearer} -H 'Idempotency-Key: first-complaint' ${body}`;
  return [
    // The address of the new case stays in a shell variable for the second line.
    `CASE=$(${start} | tee /dev/stderr | sed -n 's/^[Ll]ocation: *//p' | tr -d '\\r')`,
    `curl -sS "${apiUrl}$CASE" ${bearer}`,
    `curl -sS '${apiUrl}/api/v1/obligations?state=open&sort=dueAt' ${bearer}`,
  ];
}
