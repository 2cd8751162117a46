import { FIRST_RULES, RULES, follows, type Rule } from '../../domain/rules';
import { Play, ROUTINE, openingOf } from './support';
import { complaint } from '../../domain/complaint';
import { snapshotOf } from '../../domain/projection';

describe('the rules of a case', () => {
  it('are those that its opening names, for good', () => {
    for (const rules of [FIRST_RULES, RULES]) {
      const play = new Play({ ...ROUTINE, rules });
      play.do('withdraw', { reason: { ref: 'r', digest: 'd' } });
      play.do('reopen', { reason: { ref: 'r', digest: 'd' } });
      expect(play.state.rules).toBe(rules);
      expect(snapshotOf(play.state).state.rules).toBe(rules);
    }
  });

  it('are the first where the opening names none: it was recorded before they had versions', () => {
    const { rules, ...former } = openingOf(ROUTINE);
    expect(rules).toBe(RULES);
    const state = complaint.initial(former);
    // The read model holds such cases without it, and the auditor compares.
    expect('rules' in state).toBe(false);
    expect(follows(state, 'low-score-with-the-result-reopens')).toBe(false);
    expect(follows({ ...state, rules: FIRST_RULES }, 'low-score-with-the-result-reopens')).toBe(false);
  });

  it.each<[Rule, number]>([
    ['nothing-is-withdrawn-around-a-callback', 2],
    ['low-score-with-the-result-reopens', 2],
    ['a-job-in-other-hands-sets-out-anew', 2],
    ['a-part-that-nobody-has-can-be-accepted', 2],
    ['timers-start-when-all-is-written', 3],
  ])('have "%s" since version %i', (rule, since) => {
    expect(follows({ rules: since - 1 }, rule)).toBe(false);
    expect(follows({ rules: since }, rule)).toBe(true);
    expect(since).toBeLessThanOrEqual(RULES);
  });
});
