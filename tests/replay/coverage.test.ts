import { Worker, type InjectedSinks } from '@temporalio/worker';
import type { JournalEvent } from '../../domain/event';
import { commandNames, ruleOf } from '../../domain/family';
import { FAMILIES as STARTABLE } from '../../api/families';
import en from '../../locales/en.json';
import { makeBundle } from '../../worker/bundle';
import type { JournalSinks } from '../../workflows/contracts/journal';
import { dataConverter } from '../workflows/support/converter';
import { silence } from '../workflows/support/world';
import { goldenHistories, PRESENT } from './histories';

/** The golden histories of the present release go through all that a family can do, so that no change goes unseen. */

const FAMILIES = STARTABLE.map(({ family }) => family);
const PREFIX = 'obligation.';
let events: JournalEvent[];

/** What the journal wrote, as the replay of the histories hands it over. */
beforeAll(async () => {
  silence();
  const journal: JournalEvent[] = [];
  const sinks: InjectedSinks<JournalSinks> = {
    journal: { batch: { fn: (_info, batch) => void journal.push(...batch.events), callDuringReplay: true } },
  };
  const golden = goldenHistories(PRESENT);
  const histories = golden.map(({ name, json }) => ({ workflowId: name, history: json }));
  const options = { workflowBundle: await makeBundle(), dataConverter, sinks };
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
    if (error) throw new Error(workflowId, { cause: error });
  }
  events = journal;
});

/** Each word once, in the order of the alphabet. */
function distinct(words: readonly string[]): string[] {
  return [...new Set(words)].sort();
}

test('every command is in them', () => {
  const given = events.flatMap(({ via }) => (via.kind === 'command' ? [via.command] : []));
  const ofPeople = FAMILIES.flatMap((family) =>
    commandNames(family).filter((name) => ruleOf(family, name)?.roles.some((role) => role !== 'system')),
  );
  expect(distinct(given)).toEqual(distinct(ofPeople));
});

test('every kind of obligation is opened in them', () => {
  const opened = events.flatMap((event) => (event.type === 'obligation-opened' ? [event.data.obligation.kind] : []));
  const named = Object.keys(en).filter((code) => code.startsWith(PREFIX));
  expect(distinct(opened)).toEqual(named.map((code) => code.slice(PREFIX.length)).sort());
});
