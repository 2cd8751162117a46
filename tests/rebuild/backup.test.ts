import { systemClock } from '../../common/clock';
import { appendAudit, verifyAudit } from '../../db/queries/audit';
import { journalPage } from '../../db/queries/journal-read';
import { backUp } from '../../stack/backup';
import { prepareHome, type Home } from '../../stack/home';
import { BODY, text } from '../domain/support';
import { testFolder } from '../support/servers';
import type { TestCase } from '../workflows/support/case';
import { settled } from '../workflows/support/sound';
import { OwnServers } from './own-servers';

jest.setTimeout(120_000);

/** Two copies of servers that were running, and what becomes of them: each by itself, and mixed up. */

let early: Home;
let late: Home;
/** Begun before the first copy; each has a command after it. */
const played: TestCase[] = [];
let begunLater: TestCase;

beforeAll(async () => {
  const servers = await OwnServers.start();
  try {
    const { home, databaseUrl } = servers;
    const copy = async (): Promise<Home> => {
      const folder = testFolder();
      await backUp(home, databaseUrl, folder, systemClock);
      return prepareHome(folder);
    };
    for (let one = 0; one < 3; one += 1) played.push(await servers.open());
    // A start is answered when it is written; Temporal may hear that its task is completed a moment later.
    for (const one of played) await atRest(servers, one);
    await audited(servers, 'before');
    // Commands are under way while the copy is made.
    const commands = Promise.all(played.map((one) => one.do('acknowledge', BODY.acknowledge)));
    early = await copy();
    await commands;
    begunLater = await servers.open();
    for (const one of [...played, begunLater]) {
      await one.do('note', { text: text('later') });
      await atRest(servers, one);
    }
    late = await copy();
  } finally {
    await servers.stop();
  }
});

function atRest({ database }: OwnServers, one: TestCase): Promise<unknown> {
  return settled(one, { events: (no) => journalPage(database.db, no, { after: 0, limit: 1_000 }) });
}

function audited({ database }: OwnServers, action: string): Promise<unknown> {
  const by = { actor: 'tester', role: 'manager', subject: 'case/C-OWN-1', project: null, details: {} };
  return appendAudit(database.db, { ...by, at: systemClock.now(), action });
}

/** The same files under other servers; the worker begins when it is told. */
async function restored(home: Home): Promise<OwnServers> {
  return OwnServers.start(home, { worker: false });
}

test('a copy that was taken while commands ran goes on as if after a power cut', async () => {
  const servers = await restored(late);
  try {
    expect(await servers.rebuild()).toMatchObject({ totals: { compared: 4, different: 0, orphaned: 0, failed: 0 } });
    expect(await verifyAudit(servers.database.db)).toMatchObject({ intact: true, count: 1 });
    await servers.work();
    for (const { opening } of [...played, begunLater]) {
      const { projection } = await servers.caseOf(opening).do('note', { text: text('restored') }, { id: 'restored' });
      expect(projection).toBe('written');
    }
    await audited(servers, 'after');
    expect(await verifyAudit(servers.database.db)).toMatchObject({ intact: true, count: 2 });
    expect((await servers.rebuild()).totals).toMatchObject({ compared: 4, different: 0 });
  } finally {
    await servers.stop();
  }
});

test('where the database is older than Temporal, its cases are brought up to what was done since', async () => {
  const servers = await restored({ ...late, postgres: early.postgres });
  try {
    const { totals, lines } = await servers.rebuild({ apply: true });
    expect(totals).toMatchObject({ compared: 4, different: 4, mended: 4, failed: 0 });
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${begunLater.no} is missing`)));
    expect((await servers.rebuild()).totals).toMatchObject({ compared: 4, different: 0 });
    await servers.work();
    expect(
      (await servers.caseOf(begunLater.opening).do('note', { text: text('more') }, { id: 'more' })).projection,
    ).toBe('written');
  } finally {
    await servers.stop();
  }
});

test('where Temporal is older, what it has lost is named, and cases go on from where it stands', async () => {
  const servers = await restored({ ...early, postgres: late.postgres });
  try {
    const { totals, lines } = await servers.rebuild();
    expect(totals).toMatchObject({ compared: 3, different: 3, orphaned: 1, failed: 0 });
    expect(lines).toContain(`${begunLater.no} is open, but Temporal does not have it`);
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}journal \d+ should not be there$/));
    expect((await servers.rebuild({ apply: true })).totals).toMatchObject({ different: 3, mended: 3 });
    const unbegun = await servers.begin();
    const look = await servers.rebuild({ cases: [unbegun] });
    expect(look).toMatchObject({ totals: { compared: 0, orphaned: 0, failed: 1 } });
    expect(look.lines).toContainEqual(
      expect.stringMatching(new RegExp(`^${unbegun} .*no task of it is completed yet`)),
    );
    await servers.client.workflow.getHandle(unbegun).terminate();
    await servers.work();
    for (const { opening } of played) {
      const { projection } = await servers.caseOf(opening).do('note', { text: text('again') }, { id: 'again' });
      expect(projection).toBe('written');
    }
    expect((await servers.rebuild()).totals).toMatchObject({ compared: 3, different: 0, orphaned: 1 });
  } finally {
    await servers.stop();
  }
});
