import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HOUR, MINUTE, SECOND, type Instant } from '../../domain/instant';
import { JournalGapError, writeBatch } from '../../db/queries/journal';
import type { JournalBatch } from '../../workflows/contracts/journal';
import { contentOf } from './content';
import { openTestDatabase, sealer, type OpenDatabase } from './open';
import { ENGINEER, joined, MANAGER, MONDAY, PlayedCase, textRef } from './played-case';

let database: OpenDatabase;
/** Where the same case is written once, in order. */
let reference: OpenDatabase;
let count = 0;
beforeAll(async () => {
  [database, reference] = await Promise.all([openTestDatabase(), openTestDatabase()]);
});
afterAll(() => Promise.all([database.drop(), reference.drop()]));

type Turn = ReturnType<typeof PlayedCase.open>;
type Act = (now: PlayedCase, fence: Instant) => Turn;

const act: Record<string, Act> = {
  note: (now, fence) => now.command('note', { text: textRef() }, { fence, after: SECOND }),
  acknowledge: (now, fence) => now.command('acknowledge', { note: null }, { fence, after: MINUTE }),
  survey: (now, fence) => now.command('survey', { findings: textRef() }, { fence, by: ENGINEER, after: MINUTE }),
  pause: (now, fence) => {
    const until = now.now + 5 * HOUR;
    return now.command('pause', { reason: 'waiting-for-resident', until, note: null }, { fence, after: MINUTE });
  },
  resume: (now, fence) => now.command('resume', {}, { fence, after: MINUTE }),
  reclassify: (now, fence) => {
    const grading = {
      subtype: 'rubbish-late',
      type: 'service',
      priority: 'routine',
      departments: ['security'],
    } as const;
    const data = { ...grading, reason: textRef() };
    return now.command('reclassify', data, { fence, by: MANAGER, after: MINUTE });
  },
  plan: (now, fence) => {
    const finishAt = now.now + 20 * HOUR;
    return now.command('propose-plan', { cause: textRef(), plan: textRef(), finishAt }, { fence, after: MINUTE });
  },
  withdraw: (now, fence) => now.command('withdraw', { reason: textRef() }, { fence, after: MINUTE }),
  reopen: (now, fence) => now.command('reopen', { reason: textRef() }, { fence, after: MINUTE }),
  day: (now, fence) => now.wait(20 * HOUR, fence),
};

/** What isn't allowed now becomes a wait: each turn has something to write. */
function play(now: PlayedCase, name: string, fence: Instant): Turn {
  try {
    return act[name]?.(now, fence) ?? now.wait(HOUR, fence);
  } catch {
    return now.wait(20 * HOUR, fence);
  }
}

const names = fc.constantFrom(...Object.keys(act));
/** A workflow task: what it decided in the end, and what runs of it decided that died. */
const task = fc.record({
  name: names,
  dead: fc.array(fc.array(names, { minLength: 1, maxLength: 2 }), { maxLength: 2 }),
});

interface Plan {
  readonly winners: JournalBatch[];
  /** Chains of dead runs, by the winner they followed. */
  readonly dead: { readonly after: number; readonly chain: JournalBatch[] }[];
}

function planOf(no: string, tasks: readonly { name: string; dead: string[][] }[]): Plan {
  const opened = PlayedCase.open({ no }, 1);
  const winners = [opened.batch];
  const dead: Plan['dead'] = [];
  let now = opened.played;
  let fence = 1;
  for (const { name, dead: runs } of tasks) {
    for (const run of runs) {
      let line = now;
      const chain = run.map((step) => {
        const turn = play(line, step, (fence += 1));
        line = turn.played;
        return turn.batch;
      });
      dead.push({ after: winners.length - 1, chain });
    }
    const turn = play(now, name, (fence += 1));
    now = turn.played;
    winners.push(turn.batch);
  }
  return { winners, dead };
}

/** As the workflow does it: again, until the batches before have arrived. */
async function deliver(batch: JournalBatch): Promise<void> {
  for (;;) {
    try {
      await writeBatch(database, batch, { sealer });
      return;
    } catch (error) {
      if (!(error instanceof JournalGapError)) throw error;
    }
  }
}

/** A batch goes out when the one before it was written; what dead runs sent arrives whenever it likes, or twice. */
async function deliverAll(plan: Plan, pick: (bound: number) => number): Promise<void> {
  const late: JournalBatch[] = [];
  for (const [index, winner] of plan.winners.entries()) {
    const beside = late.filter(() => pick(3) === 0);
    await Promise.all([deliver(winner), ...beside.map((batch) => writeOrMiss(batch))]);
    late.push(winner);
    for (const { chain } of plan.dead.filter(({ after }) => after === index)) {
      const arrived = pick(chain.length + 1);
      for (const batch of chain.slice(0, arrived)) await deliver(batch);
      late.push(...chain);
    }
  }
  await Promise.all(late.map((batch) => writeOrMiss(batch)));
}

/** The second batch of a dead run never finds its first: nobody waits for it. */
async function writeOrMiss(batch: JournalBatch): Promise<void> {
  await writeBatch(database, batch, { sealer }).catch((error: unknown) => {
    if (!(error instanceof JournalGapError)) throw error;
  });
}

async function expectFoldOf(winners: readonly JournalBatch[], no: string): Promise<void> {
  await writeBatch(reference, joined(winners), { sealer });
  expect(await contentOf(database.db, no)).toEqual(await contentOf(reference.db, no));
}

test('the last run wins in whatever order the writes arrive', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(task, { minLength: 1, maxLength: 6 }),
      fc.infiniteStream(fc.nat()),
      async (tasks, picks) => {
        const no = `C-RUNS-${(count += 1)}`;
        const plan = planOf(no, tasks);
        // Dead runs may still write after the winner of the same task, never after the last event of the case.
        await deliverAll(plan, (bound) => (picks.next().value as number) % bound);
        await expectFoldOf(plan.winners, no);
      },
    ),
    { numRuns: 30 },
  );
});

test('batches of one run, all at once in any order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(names, { minLength: 2, maxLength: 6 }),
      fc.infiniteStream(fc.nat()),
      async (steps, picks) => {
        const no = `C-ONCE-${(count += 1)}`;
        const plan = planOf(
          no,
          steps.map((name) => ({ name, dead: [] })),
        );
        const shuffled = plan.winners
          .map((batch) => ({ batch, key: picks.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ batch }) => batch);
        await Promise.all(shuffled.map(deliver));
        await expectFoldOf(plan.winners, no);
      },
    ),
    { numRuns: 15 },
  );
});

test('the plan has runs that were really taken back', () => {
  const plan = planOf('C-SEEN-0001', [{ name: 'note', dead: [['day', 'acknowledge']] }]);
  expect(plan.dead[0]?.chain.at(-1)?.snapshot.state.seq).toBeGreaterThan(plan.winners.at(-1)?.snapshot.state.seq ?? 0);
  expect(plan.winners[0]?.events[0]?.at).toBe(MONDAY);
});
