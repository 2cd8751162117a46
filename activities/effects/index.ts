import type { Clock } from '../../common/clock';
import type { Ids } from '../../common/ids';
import type { DatabaseHandle } from '../../db/database';
import type { EffectOf } from '../../domain/event';
import type { EffectRequest } from '../../workflows/contracts/effect-request';
import type { EffectActivities, EffectAnswer, OutsideEffect } from '../../workflows/contracts/effects';
import { untilItSucceeds } from '../permanent';
import { findAssignee, lookUpDuty } from './find-assignee';
import { lookBack } from './look-back';
import { startCase } from './start-case';

export interface EffectDeps {
  readonly database: DatabaseHandle;
  readonly ids: Ids;
  readonly clock: Clock;
  /** The rules that new cases are opened under; left out: the newest. */
  readonly newRules?: number;
}

type Carrying = {
  readonly [K in OutsideEffect]: (request: EffectRequest<EffectOf<K>>) => Promise<EffectAnswer>;
};

/** What cases ask of the outside, one function per kind (domain/event.ts `EffectData`). They read and change nothing. */
export function createEffectActivities({ database: { db }, ids, clock, newRules }: EffectDeps): EffectActivities {
  const carrying: Carrying = {
    'find-assignee': (request) => findAssignee(db, request, clock.now()),
    'look-up-duty': (request) => lookUpDuty(db, request, clock.now()),
    'look-back': (request) => lookBack(db, request),
    'start-case': (request) => startCase({ db, ids, rules: newRules }, request),
  };
  return {
    carryOut: (request) =>
      untilItSucceeds(() => {
        const carry = carrying[request.effect.kind as OutsideEffect] as (
          request: EffectRequest,
        ) => Promise<EffectAnswer>;
        return carry(request);
      }),
  };
}
