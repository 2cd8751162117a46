import { z } from 'zod';
import { codesOf } from '../../common/words';
import { oneOf, strict } from '../../common/policy/scalars';
import { LEVELS, PRIORITIES } from '../../domain/policy';
import {
  bool,
  count,
  duration,
  either,
  isList,
  isText,
  json,
  listOf,
  mapping,
  moment,
  name,
  text,
  who,
  word,
} from './values';

/** Of any family: those that have words. */
const STAGES = codesOf('stage');

/**
 * What must hold (docs/stories.md "What must hold"). The names of fields are those of the API. Instants are of two
 * kinds: what is planned is compared to the millisecond, what happened may be up to a second later (check/match.ts).
 */

/** An instant, or `null` / `never` for none. */
const instantOrNone = z.preprocess((value) => (value === 'never' ? null : value), moment.nullable());
const wordOrNone = z.preprocess((value) => (value === 'nobody' ? null : value), word.nullable());
const state = oneOf(['open', 'met', 'cancelled'], 'a state');

const pause = either(
  (value) => value === null || value === 'none',
  z.preprocess(() => null, z.null()),
  strict({ reason: word.optional(), from: moment.optional(), until: moment.optional() }),
);

export const caseState = strict({
  stage: oneOf(STAGES, 'a stage').optional(),
  waitingOn: oneOf(['us', 'resident', 'outside', 'working', 'nobody'], 'whom it waits for').optional(),
  type: wordOrNone.optional(),
  subtype: wordOrNone.optional(),
  priority: oneOf(PRIORITIES, 'a priority').nullable().optional(),
  level: oneOf(LEVELS, 'a level').nullable().optional(),
  /** Id of a person. */
  owner: wordOrNone.optional(),
  episode: count(1, 1000).optional(),
  reopenCount: count(0, 1000).optional(),
  reportedAt: moment.optional(),
  receivedAt: moment.optional(),
  closedAt: instantOrNone.optional(),
  plannedFinish: instantOrNone.optional(),
  ended: bool.optional(),
  /** State of each department's part. */
  parts: mapping(oneOf(['assigned', 'accepted', 'blocked', 'done', 'cancelled'], 'a state'), 'departments').optional(),
  promises: mapping(oneOf(['open', 'kept', 'cancelled'], 'a state'), 'promises by name').optional(),
  pause: pause.optional(),
  channel: word.optional(),
  source: oneOf(['live', 'typed-late', 'imported', 'alarm', 'duty'], 'a source').optional(),
  policyVersion: count(1, 10_000).optional(),
  satisfaction: count(1, 5).nullable().optional(),
  seq: count(1, 1_000_000).optional(),
});

const escalationFields = strict({
  role: word.optional(),
  rung: count(0, 20).optional(),
  at: moment.optional(),
  acknowledgedAt: instantOrNone.optional(),
});
const escalation = either(isText, word, escalationFields).transform((found) =>
  typeof found === 'string' ? { role: found } : found,
);

const move = strict({
  cause: oneOf(['pause', 'plan-confirmed', 'reclassified', 'extended', 'promise-moved'], 'a cause').optional(),
  old: moment.optional(),
  new: moment.optional(),
  by: word.optional(),
});

const obligationFields = strict({
  kind: word.optional(),
  state: state.optional(),
  dueAt: moment.optional(),
  dueBase: moment.optional(),
  /** What its clock counts from. */
  start: moment.optional(),
  openedAt: moment.optional(),
  windowFrom: instantOrNone.optional(),
  limit: duration().optional(),
  metAt: instantOrNone.optional(),
  missedAt: instantOrNone.optional(),
  endedAt: instantOrNone.optional(),
  /** Past `dueAt` when it was met; `-10m` is ten minutes early. */
  late: duration(true).optional(),
  endReason: wordOrNone.optional(),
  bornLate: wordOrNone.optional(),
  overdue: bool.optional(),
  paused: bool.optional(),
  rung: count(-1, 20).optional(),
  maxRung: count(-1, 20).optional(),
  exhausted: bool.optional(),
  warned: count(0, 20).optional(),
  reminded: count(0, 100).optional(),
  urgent: bool.optional(),
  episode: count(1, 1000).optional(),
  /** A person, else a role. */
  owedBy: word.optional(),
  department: wordOrNone.optional(),
  /** All of them, in order. */
  escalations: listOf(escalation, 'escalations').optional(),
  moves: listOf(move, 'moves of the due instant').optional(),
  outcome: oneOf(['met', 'late', 'missed', 'ext-kept', 'ext-broken', 'void', 'open'], 'a class').optional(),
});
const obligation = either(isText, state, obligationFields).transform((found) =>
  typeof found === 'string' ? { state: found } : found,
);
const obligations = mapping(obligation, 'obligations by id');

/** Fields of `data` beside these are compared as they stand; those that hold instants are read as moments. */
const eventFields = z.looseObject(
  {
    type: word,
    at: moment.optional(),
    by: word.optional(),
    occurredAt: instantOrNone.optional(),
    episode: count(1, 1000).optional(),
  },
  { error: 'an event: its type, or a mapping with "type"' },
);
const event = either(isText, word, eventFields).transform((found) =>
  typeof found === 'string' ? { type: found } : found,
);
const events = listOf(event, 'events');

const messageFields = strict({
  template: word,
  /** How often it lies there; once where it is left out. */
  times: count(0, 1000).optional(),
  obligation: wordOrNone.optional(),
  urgent: bool.optional(),
  role: wordOrNone.optional(),
  skipped: listOf(word, 'roles').optional(),
  /** Nobody held the role, so whoever does now sees it. */
  unclaimed: bool.optional(),
  args: mapping(json, 'arguments').optional(),
  sentAt: moment.optional(),
  /** What the text contains, read unmasked. */
  text: text.optional(),
});
const message = either(isText, word, messageFields).transform((found) =>
  typeof found === 'string' ? { template: found } : found,
);
const inboxes = mapping(listOf(message, 'messages'), 'inboxes by person or role');

const owed = either(
  isText,
  word,
  strict({ obligation: word, case: name.optional(), dueAt: moment.optional(), overdue: bool.optional() }),
).transform((found) => (typeof found === 'string' ? { obligation: found } : found));
const workLists = mapping(listOf(owed, 'obligations'), 'work lists by person or role');

const stretch = strict({ from: moment, to: instantOrNone });
const explanation = strict({
  start: moment.optional(),
  limit: duration().optional(),
  dueAt: instantOrNone.optional(),
  dueBase: moment.optional(),
  calendar: wordOrNone.optional(),
  policyVersion: count(1, 10_000).optional(),
  ran: listOf(stretch, 'stretches').optional(),
  pauses: listOf(stretch, 'pauses').optional(),
  moves: listOf(move, 'moves').optional(),
  /** What the words contain. */
  says: text.optional(),
});

const action = either(
  (value) => typeof value === 'boolean',
  bool,
  strict({ allowed: bool.optional(), code: wordOrNone.optional() }),
).transform((found) => (typeof found === 'boolean' ? { allowed: found } : found));

export const expectation = strict({
  /** Which case; the step's where it is left out. */
  case: name.optional(),
  state: caseState.optional(),
  obligations: obligations.optional(),
  'all-obligations': obligations.optional(),
  journal: events.optional(),
  'all-journal': events.optional(),
  counts: mapping(count(0, 100_000), 'numbers by event type').optional(),
  inbox: inboxes.optional(),
  'all-inbox': inboxes.optional(),
  work: workLists.optional(),
  'all-work': workLists.optional(),
  explanation: mapping(explanation, 'explanations by obligation').optional(),
  actions: mapping(action, 'commands').optional(),
  /** Who looks, for `actions`. */
  as: who.optional(),
  /** How many cases there are in all projects. */
  cases: count(0, 100_000).optional(),
});
export type Expectation = z.output<typeof expectation>;

/** One expectation, or a list of them for several cases. */
export const expectations = either(isList, listOf(expectation, 'expectations'), expectation).transform((found) =>
  Array.isArray(found) ? found : [found],
);
