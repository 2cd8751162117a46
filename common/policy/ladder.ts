import { z } from 'zod';
import { STAFF } from '../../domain/actor';
import type { Ladder } from '../../domain/policy';
import { report } from './issues';
import { duration, list, oneOf, strict, time } from './scalars';

const SILENCE = 'silence';
const AFTER = `a fraction of the limit from 0 to 100, or "${SILENCE}"`;

const rung = strict({
  role: oneOf(STAFF, 'a role of the staff'),
  after: z.union([z.literal(SILENCE).transform(() => null), z.number().min(0).max(100)], { error: AFTER }),
});

const rungs = z
  .array(rung, { error: 'a list of rungs, 1 at least' })
  .min(1, 'a list of rungs, 1 at least')
  .max(20, 'a list of 20 rungs at most')
  .superRefine((all, ctx) => {
    let before = -1;
    for (const [index, { role, after }] of all.entries()) {
      if (all.findIndex((other) => other.role === role) < index) {
        report(ctx, 'repeated', 'each role on one rung only', { path: [index, 'role'] });
      }
      if (index === 0 && after !== 0) {
        report(ctx, 'wrong-order', '0: the first rung is told at the miss itself', { path: [index, 'after'] });
      } else if (after !== null && after <= before) {
        report(ctx, 'wrong-order', `more than ${before}, the rung below it`, { path: [index, 'after'] });
      }
      before = after ?? before;
    }
  });

/** The ladder that a missed clock climbs, as the file has it, compiled to the domain's. */
export const ladderSchema = strict({
  rungs,
  copy: list(oneOf(STAFF, 'a role of the staff'), 'roles').optional(),
  gap: duration,
  acknowledgeWithin: duration,
  acknowledgeUrgentWithin: duration,
  night: strict({ from: time, to: time, startAt: oneOf(STAFF, 'a role of the staff') }),
})
  .superRefine((ladder, ctx) => {
    const roles = ladder.rungs.map((step) => step.role);
    if (!roles.includes(ladder.night.startAt)) {
      const expected = `a role on one of the rungs: ${roles.join(', ')}`;
      report(ctx, 'unknown-name', expected, { path: ['night', 'startAt'], known: roles });
    }
    if (ladder.night.from === ladder.night.to) {
      report(ctx, 'contradiction', 'a time other than the one at which the night begins', { path: ['night', 'to'] });
    }
  })
  .transform((ladder): Ladder => ({ ...ladder, copy: ladder.copy ?? [] }));
