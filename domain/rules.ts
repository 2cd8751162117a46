/**
 * Rules that changed what happens in a case. A running case keeps those under which it was opened, as it keeps its
 * policy: the opening names them, so a replay takes the way that was taken, and no history needs a marker for it. When
 * to change a rule in this way, and how the former one is retired: docs/versioning.md.
 */
const SINCE = {
  /**
   * "Nothing closes around it" (policies.md, Callback) holds for a withdrawal, too: while a callback is owed, nobody
   * ends the case by withdrawing it. Before, whoever did not want to call could have it withdrawn.
   */
  'nothing-is-withdrawn-around-a-callback': 2,
  /**
   * A score of at most 2 reopens a complaint also where the owner gives it with a result that he accepts (policies.md,
   * Callback). Before, the supervisor was told, and the case went on to its closing.
   */
  'low-score-with-the-result-reopens': 2,
  /**
   * A repair that is given back, or given to another person, is not on its way, on the spot or at work any more: that
   * was the former one. Before, the stage stayed, and the new one could neither depart nor arrive.
   */
  'a-job-in-other-hands-sets-out-anew': 2,
  /**
   * A department's part that was blocked before anybody accepted it, or after whoever had it left, is assigned when it goes
   * on. Before, it was accepted by nobody, and nobody could accept it.
   */
  'a-part-that-nobody-has-can-be-accepted': 2,
  /**
   * The timer of a case is armed when what a task brought about is written, for it counts from the end of that task.
   * Before, every deadline was late by what the writing took before it: half a second under load, two when the database
   * was slow. A matter of the case loop; as a patch it would cost two history events in every case.
   */
  'timers-start-when-all-is-written': 3,
} as const satisfies Readonly<Record<string, number>>;

export type Rule = keyof typeof SINCE;

/** Those of this release; every new case is opened under them. */
export const RULES = 3;

/** Of a case that does not name any: it was opened before there was more than one version. */
export const FIRST_RULES = 1;

/** Whether the case was opened under rules that have this one. */
export function follows({ rules = FIRST_RULES }: { readonly rules?: number }, rule: Rule): boolean {
  return rules >= SINCE[rule];
}
