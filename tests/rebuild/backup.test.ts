import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../common/clock';
import { appendAudit, verifyAudit } from '../../db/queries/audit';
import { backUp } from '../../stack/backup';
import { prepareHome, type Home } from '../../stack/home';
import { BODY, text } from '../domain/support';
import { testFolder } from '../support/servers';
import type { TestCase } from '../workflows/support/case';
import { OwnServers } from './own-servers';

jest.setTimeout(60_000);

/** Copies of running servers, and what comes of the wrong two of them together. */

let early: Home;
let late: Home;
const played: TestCase[] = [];
let stoodStill: number;

beforeAll(async () => {
  const servers = await OwnServers.start();
  try {
    for (let one = 0; one < 4; one += 1) played.push(await servers.open());
    await Promise.all(played.map((one) => one.do('acknowledge', BODY.acknowledge)));
    early = prepareHome(testFolder() + '-early');
    await backUp(servers.home, servers.databaseUrl, early.folder + '/x', systemClock);
  } finally {
    await servers.stop();
  }
});
