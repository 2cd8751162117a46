import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { HOUR, MINUTE } from '../../domain/instant';
import { makeBundle } from '../../worker/bundle';
import { patches } from '../../workflows/lib/patches';
import { BODY, ROUTINE, text } from '../domain/support';
import type { TestCase } from '../workflows/support/case';
import { MemoryInbox, MemoryJournal } from '../workflows/support/memory';
import { expectSound, settled } from '../workflows/support/sound';
import { until } from '../workflows/support/until';
import { silence, World } from '../workflows/support/world';
import { goldenHistories, PRESENT, type Golden } from './histories';
import { withoutPatch } from './release';
import { strangers } from './strangers';

/** The worked example of docs/versioning.md: an urgent message overtakes, in cases that have begun without that. */

const FORMER = '0.1';
const THERE = 'urgent-while-sending';

jest.setTimeout(60_000);
beforeAll(silence);

/** Whether a case has recorded that it goes the new way; of all that it stores the marker alone is plain. */
function hasMarker({ json }: Golden): boolean {
  return (
    historyFromJSON(json).events?.some(({ markerRecordedEventAttributes: marker }) =>
      Object.values(marker?.details ?? {}).some(({ payloads }) =>
        payloads?.some(({ data }) => Buffer.from(data ?? []).includes(patches.urgentOvertakes)),
      ),
    ) ?? false
  );
}

test('without it, the change would break those that have come to where the ways part, and no others', async () => {
  expect(await strangers(FORMER, await withoutPatch('with the change'))).toEqual([
    `${FORMER}/unclassified-raised`,
    `${FORMER}/${THERE}`,
  ]);
});

test('the code before the change goes on with its own cases, and with new ones that never came there', async () => {
  const before = await withoutPatch('before the change');
  expect(await strangers(FORMER, before)).toEqual([]);
  const marked = goldenHistories(PRESENT).filter(hasMarker);
  expect(marked.map(({ name }) => name)).toContain(`${PRESENT}/${THERE}`);
  expect(await strangers(PRESENT, before)).toEqual(marked.map(({ name }) => name));
});

describe('a running case', () => {
  const journal = new MemoryJournal();
  const inbox = new MemoryInbox();
  let world: World;
  beforeAll(async () => {
    const bundle = await withoutPatch('before the change');
    world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify }, { cached: false, bundle });
  });
  afterAll(() => world.close());

  /** Urgent, and its first message can't be sent for the time being. */
  async function aCaseThatWaits(): Promise<TestCase> {
    const at = await world.goTo(1, 9 * HOUR);
    const played = await world.start({ ...ROUTINE, at });
    await settled(played, journal);
    inbox.before = (requests) => {
      if (requests.some(({ template }) => template === 'case-acknowledged')) throw new Error('no line');
    };
    const tries = inbox.tries.length;
    await played.do('acknowledge', BODY.acknowledge);
    await until('it was tried', () => inbox.tries.length > tries);
    const graded = { subtype: 'power_cut', type: null, priority: null, departments: null };
    await played.do('reclassify', { ...graded, reason: text('all of it') });
    return played;
  }

  test('that was begun before the change goes on with it; taken back it stands still, and nothing is lost', async () => {
    const played = await aCaseThatWaits();
    const sent = inbox.sent.length;
    const templates = (): string[] => inbox.sent.slice(sent).map(({ template }) => template);

    await world.deploy(await makeBundle());
    await played.do('confirm-outage', { text: text('dark') });
    await until('the urgent message is sent', () => templates().includes('outage-confirmed'));
    expect(templates()).not.toContain('case-acknowledged');

    await world.deploy(await withoutPatch('before the change'));
    const restored = played.do('restore', { text: text('light') }, { id: 'r' });
    const failure = await until('the former code refuses it', async () =>
      (await played.history()).find((event) => event.workflowTaskFailedEventAttributes),
    );
    expect(failure.workflowTaskFailedEventAttributes?.failure?.message).toContain(patches.urgentOvertakes);

    await world.deploy(await makeBundle());
    expect((await restored).projection).toBe('written');
    inbox.before = null;
    await world.sleep(5 * MINUTE);
    const { events } = await expectSound(played, journal);
    expect(events.filter(({ type }) => type === 'outage-restored')).toHaveLength(1);
    expect(templates()).toContain('case-acknowledged');
    await world.clear();
  });
});
