/**
 * The domain's refusals as problems: same code, same arguments. 403 is a matter of who asks, 409 of the state the case
 * is in, 422 of a value that can't be.
 */
interface DomainCode {
  readonly status: 403 | 404 | 409 | 422;
  readonly title: string;
  readonly meaning: string;
  readonly args: Readonly<Record<string, string>>;
}

const define = <const T extends Record<string, DomainCode>>(codes: T): T => codes;
const stage = { stage: 'stage of the case' } as const;
const field = { field: 'the field' } as const;

export const DOMAIN_CODES = define({
  'authority-too-low': {
    status: 403,
    title: 'Authority too low',
    meaning: 'A case of this level, or one that came back too often, is closed by a higher role.',
    args: { level: 'level of the case', roles: 'roles that may' },
  },
  'not-the-owner': {
    status: 403,
    title: 'Not the owner',
    meaning: 'Only the first-contact owner or a supervisor may do this.',
    args: { owner: 'staff id of the owner' },
  },
  'not-your-department': {
    status: 403,
    title: 'Not your department',
    meaning: 'A part of the work is reported by its own department or a supervisor.',
    args: { department: 'the part', yours: 'your department' },
  },
  'only-manager-may-lower': {
    status: 403,
    title: 'Only a manager may lower a priority',
    meaning: 'A clerk may raise a priority; lowering it is a manager’s decision.',
    args: { from: 'priority now', to: 'priority asked for' },
  },
  'command-unknown': {
    status: 404,
    title: 'Unknown command',
    meaning: 'Cases of this family have no such command.',
    args: { command: 'the command' },
  },
  'already-acknowledged': {
    status: 409,
    title: 'Already acknowledged',
    meaning: 'The response has started.',
    args: stage,
  },
  'already-rated': {
    status: 409,
    title: 'Already rated',
    meaning: 'The resident has said how satisfied he is.',
    args: { score: '1 to 5' },
  },
  'already-classified': {
    status: 409,
    title: 'Already classified',
    meaning: 'A classified case is changed by reclassify.',
    args: { priority: 'priority now' },
  },
  'already-paused': {
    status: 409,
    title: 'Already paused',
    meaning: 'The case is paused.',
    args: { until: 'its end' },
  },
  'already-the-owner': { status: 409, title: 'Already the owner', meaning: 'He owns it.', args: { owner: 'staff id' } },
  'case-archived': {
    status: 409,
    title: 'Case archived',
    meaning: 'The time for reopening is over; start a new case that names this one in repeatOf.',
    args: stage,
  },
  'level-unchanged': {
    status: 409,
    title: 'Level unchanged',
    meaning: 'It has this level.',
    args: { level: 'the level' },
  },
  'no-open-escalation': {
    status: 409,
    title: 'No open escalation',
    meaning: 'No escalation waits for an acknowledgement.',
    args: stage,
  },
  'no-open-promise': { status: 409, title: 'No open promise', meaning: 'No promise is open.', args: stage },
  'no-outage': { status: 409, title: 'No outage', meaning: 'No outage is confirmed and not restored.', args: stage },
  'not-classified': {
    status: 409,
    title: 'Not classified',
    meaning: 'The case has to be classified first.',
    args: stage,
  },
  'not-paused': { status: 409, title: 'Not paused', meaning: 'The case is not paused.', args: stage },
  'nothing-owed': {
    status: 409,
    title: 'Nothing owed',
    meaning: 'No such clock is open.',
    args: { kind: 'the clock' },
  },
  'nothing-to-answer': {
    status: 409,
    title: 'Nothing to answer',
    meaning: 'The owner is asked for nothing now.',
    args: stage,
  },
  'outage-running': { status: 409, title: 'Outage running', meaning: 'The outage is confirmed already.', args: stage },
  'owner-has-not-answered': {
    status: 409,
    title: 'The owner has not answered',
    meaning: 'The owner’s answer, or a manager’s in his place, comes first.',
    args: { subject: 'plan or result' },
  },
  'owner-may-still-answer': {
    status: 409,
    title: 'The owner may still answer',
    meaning: 'A manager decides only when the owner’s time is over.',
    args: {},
  },
  'part-exists': {
    status: 409,
    title: 'Part exists',
    meaning: 'The department has its part already.',
    args: { department: 'the department', state: 'state of its part' },
  },
  'part-not-so': {
    status: 409,
    title: 'Part not in that state',
    meaning: 'The department’s part is in another state than this command needs.',
    args: { department: 'the department', state: 'state now', allowed: 'states needed' },
  },
  'plan-not-confirmed': {
    status: 409,
    title: 'Plan not confirmed',
    meaning: 'An important complaint is worked on by a plan that the owner confirmed.',
    args: { plan: 'state of the plan' },
  },
  'promise-already-broken': {
    status: 409,
    title: 'Promise already broken',
    meaning: 'A promise is moved before it is due, not after.',
    args: { promise: 'the promise', dueAt: 'when it was due' },
  },
  'promises-open': {
    status: 409,
    title: 'Promises open',
    meaning: 'What was promised to the resident is kept before the case is closed.',
    args: { promises: 'open promises' },
  },
  'survey-first': { status: 409, title: 'Survey first', meaning: 'The survey on site comes first.', args: stage },
  'test-result-owed': {
    status: 409,
    title: 'Test result owed',
    meaning: 'The outside test’s result is told before the case is closed.',
    args: {},
  },
  'too-late-to-extend': {
    status: 409,
    title: 'Too late to extend',
    meaning: 'Closing is extended before it is due, not after.',
    args: { dueAt: 'when it was due' },
  },
  'urgent-cannot-pause': {
    status: 409,
    title: 'Urgent cases are not paused',
    meaning: 'The clocks of an urgent case never stand still.',
    args: { priority: 'the priority' },
  },
  'contact-required': {
    status: 422,
    title: 'Contact required',
    meaning: 'A caller is attached by room, name or telephone.',
    args: { fields: 'fields of which one is needed' },
  },
  'department-required': {
    status: 422,
    title: 'Department required',
    meaning: 'The classification names no department, so the caller has to.',
    args: field,
  },
  'department-unknown': {
    status: 422,
    title: 'Unknown department',
    meaning: 'The policy, or this case, has no such department.',
    args: { department: 'the department', allowed: 'departments of the policy' },
  },
  'instant-not-ahead': {
    status: 422,
    title: 'Instant not ahead',
    meaning: 'The instant has to lie in the future.',
    args: { field: 'the field', instant: 'what was sent' },
  },
  'must-be-later': {
    status: 422,
    title: 'Must be later',
    meaning: 'The new due instant has to lie after the present one.',
    args: { field: 'the field', dueAt: 'due now' },
  },
  'obligation-unknown': {
    status: 422,
    title: 'Unknown obligation',
    meaning: 'The case has no such obligation.',
    args: { obligation: 'the obligation' },
  },
  'occurred-not-accepted': {
    status: 422,
    title: 'occurredAt not accepted',
    meaning: 'Only what is done in the field may name its own time.',
    args: { command: 'the command' },
  },
  'occurred-out-of-range': {
    status: 422,
    title: 'occurredAt out of range',
    meaning: 'It happened between the report and now.',
    args: { from: 'earliest', to: 'latest' },
  },
  'pause-reason-unknown': {
    status: 422,
    title: 'Unknown reason for a pause',
    meaning: 'A pause has one of the policy’s reasons.',
    args: { reason: 'what was sent', allowed: 'reasons of the policy' },
  },
  'pause-too-long': {
    status: 422,
    title: 'Pause too long',
    meaning: 'A pause has a longest time.',
    args: { until: 'what was sent', latest: 'latest end' },
  },
  'promise-unknown': {
    status: 422,
    title: 'Unknown promise',
    meaning: 'No open promise has this name.',
    args: { promise: 'what was sent', allowed: 'open promises' },
  },
  'reason-required': { status: 422, title: 'Reason required', meaning: 'This needs a reason.', args: field },
  'reported-in-future': {
    status: 422,
    title: 'Reported in the future',
    meaning: 'Nothing is reported later than it is received.',
    args: { reportedAt: 'what was sent', latest: 'latest' },
  },
  'reported-too-long-ago': {
    status: 422,
    title: 'Reported too long ago',
    meaning: 'A report as old as this is imported, not typed in.',
    args: { reportedAt: 'what was sent', oldest: 'oldest' },
  },
  'score-with-result-only': {
    status: 422,
    title: 'No score for a plan',
    meaning: 'Satisfaction is asked with the result.',
    args: field,
  },
  'staff-unknown': {
    status: 422,
    title: 'Unknown member of staff',
    meaning: 'Nobody active of your projects has this id.',
    args: { staff: 'what was sent' },
  },
  'subtype-required': {
    status: 422,
    title: 'Subtype required',
    meaning: 'A classification begins with the subtype; without one the case is classified later.',
    args: field,
  },
  'subtype-unknown': {
    status: 422,
    title: 'Unknown subtype',
    meaning: 'The policy has no such subtype; name type and priority as well, or one of the allowed.',
    args: { subtype: 'what was sent', allowed: 'subtypes of the policy' },
  },
  'not-of-this-family': {
    status: 409,
    title: 'Not of this family',
    meaning: 'Cases of this family have no such command.',
    args: { command: 'the command', family: 'family of the case' },
  },
  'did-the-work': {
    status: 403,
    title: 'You did the work',
    meaning: 'The callback is made by somebody who took no part in the work.',
    args: { staff: 'staff id' },
  },
  'second-callback-by-supervisor': {
    status: 403,
    title: 'The second callback is the supervisor’s',
    meaning: 'After a major or repeated case the senior supervisor calls.',
    args: { allowed: 'roles that may' },
  },
  'not-offered-to-you': {
    status: 403,
    title: 'Not offered to you',
    meaning: 'A job is accepted or declined by whoever it is offered to now.',
    args: { offered: 'staff id, empty when it is offered to nobody' },
  },
  'not-the-assignee': {
    status: 403,
    title: 'Not your job',
    meaning: 'The work is reported by whoever has the job, or by a supervisor.',
    args: { person: 'staff id of whoever has it' },
  },
  'already-assigned': {
    status: 409,
    title: 'Already assigned',
    meaning: 'Somebody has the job.',
    args: { person: 'staff id' },
  },
  'offered-to-another': {
    status: 409,
    title: 'Offered to another',
    meaning: 'The job is offered to somebody, who may still accept it.',
    args: { offered: 'staff id' },
  },
  'nobody-has-the-job': {
    status: 409,
    title: 'Nobody has the job',
    meaning: 'It has to be accepted, grabbed or assigned first.',
    args: {},
  },
  'already-there': { status: 409, title: 'Already there', meaning: 'The visit has begun.', args: stage },
  'callback-round': {
    status: 409,
    title: 'Another callback is owed',
    meaning: 'The first callback comes before the second, which is the senior supervisor’s.',
    args: { round: 'the callback owed now', allowed: 'roles that make the second' },
  },
  'callback-owed': {
    status: 409,
    title: 'The callback is owed',
    meaning:
      'Nothing closes around the callback, nor is withdrawn: somebody who did not do the work asks the resident first.',
    args: stage,
  },
  'outside-callback-hours': {
    status: 409,
    title: 'Outside the hours of callbacks',
    meaning: 'Residents are called at decent hours, by the project’s clock.',
    args: { from: 'local time', to: 'local time' },
  },
  'job-changed': {
    status: 409,
    title: 'The job has changed',
    meaning: 'Somebody was looked for who is of another post than the job needs now.',
    args: { post: 'the former post' },
  },
  'already-linked': {
    status: 409,
    title: 'Already linked',
    meaning: 'Both cases know each other.',
    args: { no: 'case' },
  },
  'not-linked': {
    status: 409,
    title: 'Not linked',
    meaning: 'This case did not start that one.',
    args: { no: 'case' },
  },
  'photo-consent-required': {
    status: 409,
    title: 'No consent to photos',
    meaning: 'Photos are added only with the resident’s consent (set-photo-consent).',
    args: field,
  },
  'fault-required': { status: 422, title: 'Fault required', meaning: 'A repair names its fault type.', args: field },
  'fault-unknown': {
    status: 422,
    title: 'Unknown fault',
    meaning: 'The policy has no such fault type.',
    args: { subtype: 'what was sent', allowed: 'fault types of the policy' },
  },
  'subject-unknown': {
    status: 422,
    title: 'Unknown subject',
    meaning: 'The policy has no such subject.',
    args: { subtype: 'what was sent', allowed: 'subjects of the policy' },
  },
  'meeting-first': {
    status: 409,
    title: 'Meeting first',
    meaning: 'A dispute ends after a meeting; agreed on by all three parties when they have met.',
    args: stage,
  },
  'owes-nothing': {
    status: 409,
    title: 'Owes nothing',
    meaning: 'He owes nothing in this case, or nothing in the role.',
    args: { person: 'staff id' },
  },
  'same-person': {
    status: 422,
    title: 'The same person',
    meaning: 'Nobody takes over from himself.',
    args: { person: 'staff id' },
  },
  'own-proposal': {
    status: 403,
    title: 'Your own proposal',
    meaning: 'A revision of a standard is decided by a manager who did not propose it.',
    args: { staff: 'staff id' },
  },
  'duty-unknown': {
    status: 422,
    title: 'Unknown duty',
    meaning: 'The policy has no such recurring duty.',
    args: { duty: 'what was sent', allowed: 'duties of the policy' },
  },
  'plan-is-proposed': {
    status: 422,
    title: 'A plan is proposed on its own',
    meaning: 'The owner of a complaint is asked about its plan: use propose-plan.',
    args: field,
  },
  'plan-required': {
    status: 422,
    title: 'Plan required',
    meaning: 'The survey of a repair tells the resident a preliminary plan and when it will be done.',
    args: field,
  },
  'site-not-cleared': {
    status: 422,
    title: 'Site not cleared',
    meaning: 'The place is checked and left tidy before the work is called done.',
    args: field,
  },
});
