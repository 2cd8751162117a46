import { actionsOf } from '../../../domain/actions';
import { SYSTEM, type Actor, type Role } from '../../../domain/actor';
import type { CommandName } from '../../../domain/event';
import { commandNames, ruleOf } from '../../../domain/family';
import { HOUR } from '../../../domain/instant';
import { repair } from '../../../domain/repair';
import {
  ENGINEER,
  EVERYBODY,
  GOOD,
  OTHER_ENGINEER,
  REPAIR_BODY,
  RESIDENT,
  RepairPlay,
  accepted,
  completed,
  text,
} from './support';

/** Who may do what with a repair, and when: every command, in every stage, by everybody. */

const by = ENGINEER;

/** One routine repair in each stage; from `dispatched` on the engineer has the job. */
function inEveryStage(): readonly RepairPlay[] {
  const after = (...steps: ((play: RepairPlay) => unknown)[]) => {
    const play = accepted();
    for (const step of steps) step(play);
    return play;
  };
  const withdrawn = new RepairPlay();
  withdrawn.do('withdraw', { reason: text('r') });
  const closed = completed(accepted());
  closed.do('callback', GOOD, { by: RESIDENT });
  const arrive = (play: RepairPlay) => play.do('arrive', REPAIR_BODY.arrive, { by });
  return [
    new RepairPlay(),
    accepted(),
    after((play) => play.do('contact', REPAIR_BODY.contact, { by })),
    after((play) => play.do('depart', { eta: play.now + HOUR }, { by })),
    after(arrive),
    after(arrive, (play) => play.do('survey', REPAIR_BODY.survey(play.now + HOUR), { by })),
    completed(accepted()),
    closed,
    withdrawn,
  ];
}

const STAGES = 'received dispatched contacted en-route arrived working callback closed withdrawn'.split(' ');

const SUPERVISE: Role[] = ['senior_cs_supervisor', 'department_head', 'duty_manager', 'manager', 'general_manager'];
const DESK: Role[] = ['customer_service', ...SUPERVISE];
const FIELD: Role[] = ['engineering', 'security', 'finance'];
const STAFF: Role[] = [...DESK, ...FIELD];
const MANAGE: Role[] = ['manager', 'general_manager'];
const SYSTEM_ONLY: Role[] = ['system'];

const NOT = 'not-allowed-now';
const OVER = 'case-closed';
const NOBODY = 'nobody-has-the-job';
const THERE = 'already-there';
const NOT_HIS = 'not-the-assignee';
const END = [NOT, OVER, OVER];

/** In the order of `STAGES`. */
const always = (code: string) => Array<string>(9).fill(code);
const HANDLE = [...Array<string>(6).fill('ok'), ...END];
const OPEN = [...Array<string>(7).fill('ok'), OVER, OVER];
const WITH_JOB = [NOBODY, 'ok', 'ok', 'ok', 'ok', 'ok', ...END];
const ON_THE_WAY = [NOBODY, 'ok', 'ok', 'ok', THERE, THERE, ...END];
const FREE = ['ok', ...Array<string>(5).fill('already-assigned'), ...END];
const NO_OFFER = [...Array<string>(6).fill('not-offered-to-you'), ...END];
const HAS_IT = ['not-offered-to-you', ...Array<string>(5).fill('already-assigned'), ...END];
const CALLED = [...Array<string>(6).fill(NOT), 'ok', OVER, OVER];
/** Of those who neither have the job nor supervise. */
const OTHERS = [NOBODY, ...Array<string>(5).fill(NOT_HIS), ...END];

interface Row {
  readonly roles: readonly Role[];
  /** `ok` or the refusal, for whoever has the job and whoever supervises. */
  readonly stages: readonly string[];
  /** For whoever has the job, where it is not the same. */
  readonly assignee?: readonly string[];
  /** For everybody else of the roles, where it is not the same. */
  readonly others?: readonly string[];
}

/** By hand, from policies.md, requirements.md REP-007 … REP-030, REP-053 and section 4c. */
const TABLE: Readonly<Record<string, Row>> = {
  'acknowledge-escalation': { roles: STAFF, stages: always('no-open-escalation') },
  accept: { roles: STAFF, stages: NO_OFFER, assignee: HAS_IT },
  decline: { roles: STAFF, stages: NO_OFFER, assignee: HAS_IT },
  grab: { roles: FIELD, stages: FREE },
  assign: { roles: DESK, stages: HANDLE },
  release: { roles: STAFF, stages: WITH_JOB, others: OTHERS },
  'offer-job': { roles: SYSTEM_ONLY, stages: FREE },
  'tell-duty': { roles: SYSTEM_ONLY, stages: HANDLE },
  'tell-past': { roles: SYSTEM_ONLY, stages: always('ok') },
  regrade: { roles: DESK, stages: HANDLE },
  'set-level': { roles: MANAGE, stages: OPEN },
  contact: { roles: STAFF, stages: WITH_JOB, others: OTHERS },
  depart: { roles: STAFF, stages: ON_THE_WAY, others: OTHERS },
  'move-eta': {
    roles: STAFF,
    stages: [NOBODY, 'nothing-owed', 'nothing-owed', 'ok', 'nothing-owed', 'nothing-owed', ...END],
    others: OTHERS,
  },
  arrive: { roles: STAFF, stages: ON_THE_WAY, others: OTHERS },
  survey: { roles: STAFF, stages: [NOBODY, NOT, NOT, NOT, 'ok', 'ok', ...END], others: OTHERS },
  'propose-plan': {
    roles: STAFF,
    stages: [NOBODY, ...Array<string>(4).fill('survey-first'), 'ok', ...END],
    others: OTHERS,
  },
  'add-photos': { roles: STAFF, stages: WITH_JOB, others: OTHERS },
  'set-photo-consent': { roles: [...STAFF, 'resident'], stages: OPEN },
  complete: { roles: STAFF, stages: [NOBODY, NOT, NOT, NOT, 'survey-first', 'ok', ...END], others: OTHERS },
  callback: { roles: [...DESK, 'resident'], stages: CALLED },
  'second-callback': {
    roles: ['senior_cs_supervisor', ...MANAGE],
    stages: [...Array<string>(6).fill(NOT), 'callback-round', OVER, OVER],
  },
  'callback-attempt': { roles: DESK, stages: CALLED },
  'close-unsatisfied': { roles: MANAGE, stages: CALLED },
  rate: { roles: ['resident'], stages: [...Array<string>(7).fill(NOT), 'already-rated', NOT] },
  // Nothing closes around the callback, and nobody withdraws around it.
  withdraw: { roles: [...DESK, 'resident'], stages: [...HANDLE.slice(0, 6), 'callback-owed', OVER, OVER] },
  reopen: { roles: [...DESK, 'quality', 'resident'], stages: [...Array<string>(7).fill(NOT), 'ok', 'ok'] },
  'hand-over': { roles: DESK, stages: OPEN },
  relieve: { roles: SUPERVISE, stages: OPEN },
  progress: { roles: STAFF, stages: HANDLE },
  'confirm-outage': { roles: STAFF, stages: HANDLE },
  'outage-update': { roles: STAFF, stages: always('no-outage') },
  restore: { roles: STAFF, stages: always('no-outage') },
  pause: { roles: STAFF, stages: [NOT, ...HANDLE.slice(1)] },
  resume: { roles: STAFF, stages: always('not-paused') },
  promise: { roles: STAFF, stages: OPEN },
  'keep-promise': { roles: STAFF, stages: [...Array<string>(7).fill('no-open-promise'), OVER, OVER] },
  'move-promise': { roles: DESK, stages: [...Array<string>(7).fill('no-open-promise'), OVER, OVER] },
  note: { roles: [...STAFF, 'quality', 'resident'], stages: OPEN },
  'attach-caller': { roles: DESK, stages: OPEN },
  'start-repair': { roles: STAFF, stages: OPEN },
  'link-case': { roles: SYSTEM_ONLY, stages: always('ok') },
  'tell-child': { roles: SYSTEM_ONLY, stages: always('ok') },
};

function expected(command: string, index: number, { id, role }: Actor): string {
  const { roles, stages, assignee, others } = TABLE[command]!;
  if (!roles.includes(role)) return 'role-not-allowed';
  if (id === ENGINEER.id) return (assignee ?? stages)[index]!;
  return (SUPERVISE.includes(role) ? stages : (others ?? stages))[index]!;
}

const WALKERS: readonly Actor[] = [...EVERYBODY, OTHER_ENGINEER, SYSTEM];

describe('every command of a repair', () => {
  const plays = inEveryStage();

  it('stands in the table, and every stage is played', () => {
    expect(commandNames(repair).sort()).toEqual(Object.keys(TABLE).sort());
    expect(plays.map(({ state }) => state.stage)).toEqual(STAGES);
  });

  it.each(Object.keys(TABLE) as CommandName[])('%s: by everybody, in every stage', (command) => {
    const rule = ruleOf(repair, command)!;
    const mismatches = plays.flatMap((play, index) =>
      WALKERS.flatMap((walker) => {
        const context = { at: play.now, by: walker, via: { kind: 'command', command, id: '' } } as const;
        const refusal = rule.roles.includes(walker.role)
          ? rule.guard(play.state, context)
          : play.refused(command, {}, { by: walker });
        const [is, should] = [refusal?.refused ?? 'ok', expected(command, index, walker)];
        return is === should ? [] : [`${STAGES[index]} ${walker.id}: ${is}, not ${should}`];
      }),
    );
    expect(mismatches).toEqual([]);
  });

  it('is what the actions of the case say, with the same refusals', () => {
    for (const [index, play] of plays.entries()) {
      for (const walker of WALKERS) {
        const said = actionsOf(repair, play.state, walker, play.now).map(({ command, refusal }) => [
          command,
          refusal?.refused ?? 'ok',
        ]);
        const his = Object.keys(TABLE).filter((command) => TABLE[command]!.roles.includes(walker.role));
        expect(said.sort()).toEqual(his.map((command) => [command, expected(command, index, walker)]).sort());
      }
    }
  });

  it('is guarded by its stage, which it names', () => {
    for (const play of plays) {
      for (const command of Object.keys(TABLE)) {
        const refusal = ruleOf(repair, command)!.guard(play.state, { at: play.now, by, via: { kind: 'start' } });
        if (refusal?.refused !== NOT && refusal?.refused !== OVER) continue;
        expect(refusal.args).toEqual({ stage: play.state.stage, allowed: expect.any(Array) as unknown });
      }
    }
  });
});
