import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { openObligations } from '../../domain/book';
import { nextWake, runCommand, runWake } from '../../domain/engine';
import type { Opening } from '../../domain/event';
import { DAY, HOUR } from '../../domain/instant';
import type { CaseState } from '../../domain/state';
import { checkRelieved, checkState, foldChecked } from './invariants';
import { foldedOf, types, type FamilyPlay } from './support';
import { commandOf, diceOf, missesOf, moves, playMoves, type Model } from './walk';

const MORE_WALKS = 4;

const equal = (a: unknown, b: unknown) => {
  if (!isDeepStrictEqual(a, b)) expect(a).toStrictEqual(b);
};

/** Of everything that was ever owed: it is still owed, or it ended once. */
function expectOneEndEach<S extends CaseState, O extends Opening>(play: FamilyPlay<S, O>): void {
  const ends = [...play.all('obligation-met'), ...play.all('obligation-cancelled')].map(({ data }) => data.obligation);
  const owed = openObligations(play.state).map(({ id }) => id);
  const opened = play.all('obligation-opened').map(({ data }) => data.obligation.id);
  expect([...ends, ...owed].sort()).toEqual(opened.sort());
}

/** What every family keeps, whatever people do and however the time is cut. */
export function engineProperties<S extends CaseState, O extends Opening, Options>(
  model: Model<S, O, Options>,
  /** How far a case has come before anything may happen. */
  farthest: number,
): void {
  const { family, openings, startOf } = model;
  const stretches = fc.constantFrom(0, 0, 0, ...Array.from({ length: farthest }, (_none, far) => far + 1));

  describe('whatever people do, and whenever', () => {
    it('the journal keeps its rules, and the state is its fold', () => {
      const seen = new Map<string, number>();
      const count = (name: string) => seen.set(name, (seen.get(name) ?? 0) + 1);
      const unseen = () => [...model.everywhere, 'relieved'].filter((name) => !seen.has(name));
      const walks = () =>
        fc.assert(
          fc.property(openings, stretches, moves(30), (opening, far, plan) => {
            const play = startOf(opening, far);
            let fold = foldChecked(family, model.rules, family.initial(play.opening), play.journal);
            equal(fold, play.state);
            playMoves(model, play, plan, {
              stepped: (step) => {
                checkRelieved(step);
                fold = foldChecked(family, model.rules, fold, step.events);
              },
              refused: (before, command, refusal) => {
                count(refusal.refused);
                // It leaves no trace: neither in the state, which is frozen, nor in what is decided next.
                expect(play.state).toBe(before);
                equal(runCommand(family, before, command, play.now), refusal);
              },
              settled: () => {
                equal(fold, play.state);
                checkState(play.state);
                model.check(play.state);
                const next = nextWake(family, play.state);
                const again = runWake(family, play.state, play.now);
                // After a refusal the wake is still to come: its events were not kept.
                if (again.events.length > 0) return expect(next!.at).toBeLessThanOrEqual(play.now);
                equal(again.state, play.state);
                expect(next === null || (next.at > play.now && Number.isInteger(next.at))).toBe(true);
              },
            });
            for (const { type } of play.journal) count(type);
            expectOneEndEach(play);
            // What a rebuild does, and what the workflow carries over.
            equal(foldedOf(family, play.opening, play.journal), play.state);
            equal(JSON.parse(JSON.stringify(play.state)), play.state);
            equal(JSON.parse(JSON.stringify(play.journal)), play.journal);
          }),
          { numRuns: 60, interruptAfterTimeLimit: 10_000 },
        );
      walks();
      // The walk goes everywhere, or it proves nothing. Where chance has left something out, it gets another one.
      for (let more = 0; more < MORE_WALKS && unseen().length > 0; more += 1) walks();
      expect(unseen()).toEqual([]);
    });
  });

  describe('however the time is cut', () => {
    it('the same is missed: timers in their milliseconds, one late wake, or anything between', () => {
      const cuts = fc.array(fc.integer({ min: 0, max: 6 * DAY }), { maxLength: 4 });
      fc.assert(
        fc.property(openings, stretches, moves(12), cuts, (opening, far, plan, lengths) => {
          const play = startOf(opening, far);
          playMoves(model, play, plan, {});
          const end = play.now + lengths.reduce((sum, length) => sum + length, 12 * HOUR);
          const wakes = (at: (state: S, now: number) => number) => {
            let state = play.state;
            const events = [];
            for (let now = play.now; now < end;) {
              now = Math.min(end, at(state, now));
              const step = runWake(family, state, now);
              events.push(...step.events);
              state = step.state;
            }
            return { misses: missesOf(events).sort(), state, events };
          };
          const timely = wakes((state) => nextWake(family, state)?.at ?? end);
          const late = wakes(() => end);
          const rest = [...lengths];
          const cut = wakes((_state, now) => now + (rest.pop() ?? 12 * HOUR) + 1);
          expect(late.misses).toEqual(timely.misses);
          expect(cut.misses).toEqual(timely.misses);
          const summary = ({ state }: { state: S }) =>
            Object.values(state.obligations).map(({ id, state: ends, dueAt, dueBase, overdue, endReason }) => [
              id,
              ends,
              dueAt,
              dueBase,
              overdue,
              endReason,
            ]);
          expect(summary(late).sort()).toEqual(summary(timely).sort());
          // Whoever was away is told once of each thing that is still owed.
          const told = late.events.flatMap((event) =>
            event.type === 'notify-requested'
              ? [JSON.stringify([event.data.template, event.data.to, event.data.obligation])]
              : [],
          );
          const stillOwed = told.filter((notice) => !notice.endsWith('null]'));
          expect(stillOwed).toEqual([...new Set(stillOwed)]);
          expect(types(late.events).filter((type) => type === 'wake-gap').length).toBeLessThan(2);
        }),
        { numRuns: 25, interruptAfterTimeLimit: 15_000 },
      );
    });
  });

  describe('a timer and a command of one millisecond', () => {
    it('end alike, whichever comes first', () => {
      const seeds = fc.array(fc.nat({ max: 2 ** 31 - 1 }), { minLength: 5, maxLength: 5 });
      fc.assert(
        fc.property(openings, stretches, moves(10), seeds, (opening, far, plan, tries) => {
          const play = startOf(opening, far);
          playMoves(model, play, plan, {});
          const at = nextWake(family, play.state)?.at;
          if (at === undefined) return;
          for (const seed of tries) {
            const command = commandOf(model, play.state, at, diceOf(seed));
            const woken = runWake(family, play.state, at);
            const timerFirst = runCommand(family, woken.state, command, at);
            const commandFirst = runCommand(family, play.state, command, at);
            if ('refused' in timerFirst || 'refused' in commandFirst) equal(commandFirst, timerFirst);
            else {
              equal(commandFirst.state, timerFirst.state);
              equal(commandFirst.events, [...woken.events, ...timerFirst.events]);
            }
          }
        }),
        { numRuns: 25, interruptAfterTimeLimit: 15_000 },
      );
    });
  });
}
