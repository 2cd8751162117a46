import { ROLES } from '../../../domain/actor';

/**
 * Who may do what, written down once more from requirements.md 4c and docs/complaint.md, and not from the routes: a rule
 * that is widened or narrowed by mistake shows. `null`: whoever comes.
 */
const SUPERVISORS = 'senior_cs_supervisor department_head duty_manager manager general_manager';
const FRONT = `customer_service ${SUPERVISORS}`;
const STAFF = `${FRONT} engineering security finance`;
const INSIDERS = `${STAFF} quality ops`;
const MANAGERS = 'manager general_manager';
const APPOINTERS = `${MANAGERS} ops`;
const PLANNERS = `${SUPERVISORS} ops`;
const INSPECTORS = `${MANAGERS} quality ops`;
const READERS = `${STAFF} quality resident`;
const EVERYBODY = `${INSIDERS} volunteer merchant owner_rep resident`;

/** Commands: the tables of the families' pages in docs/. */
const COMMANDS: Readonly<Record<string, string>> = {
  ...of(
    FRONT,
    'classify reclassify hand-over set-measure assign-department feed-back move-promise close attach-caller',
  ),
  ...of(SUPERVISORS, 'relieve'),
  ...of(MANAGERS, 'set-level decide-for-owner extend'),
  ...of(STAFF, 'acknowledge survey propose-plan record-test-result accept-part block-part unblock-part complete-part'),
  ...of(
    STAFF,
    'progress confirm-outage outage-update restore pause resume promise keep-promise acknowledge-escalation',
  ),
  ...of(`${FRONT} resident`, 'owner-answer withdraw'),
  ...of(`${FRONT} quality resident`, 'reopen'),
  ...of(`${STAFF} quality resident`, 'note'),
  ...of('resident', 'rate'),
  // Of repairs, and of what both have: docs/repair.md.
  ...of(FRONT, 'regrade assign callback-attempt'),
  ...of(STAFF, 'accept decline release contact depart move-eta arrive complete add-photos start-repair'),
  ...of('engineering security finance', 'grab'),
  ...of(`${STAFF} resident`, 'set-photo-consent'),
  ...of(`${FRONT} resident`, 'callback'),
  ...of(`senior_cs_supervisor ${MANAGERS}`, 'second-callback'),
  ...of(MANAGERS, 'close-unsatisfied'),
  // Of consultations and disputes.
  ...of(STAFF, 'answer promise-answer'),
  // Of standard revisions.
  ...of(`${SUPERVISORS} quality`, 'propose-standard'),
  ...of(MANAGERS, 'approve-standard reject-standard'),
  ...of(FRONT, 'start-complaint start-dispute arrange-meeting record-meeting settle release-promise'),
};

const RULES: Readonly<Record<string, string | null>> = {
  ...Object.fromEntries(
    Object.entries(COMMANDS).map(([command, roles]) => [`POST /api/v1/cases/{no}/${command}`, roles]),
  ),
  'POST /api/v1/complaints': `${STAFF} quality resident`,
  'POST /api/v1/repairs': `${STAFF} quality resident`,
  'POST /api/v1/consultations': `${STAFF} quality resident`,
  'POST /api/v1/disputes': `${STAFF} quality resident`,
  'POST /api/v1/standard-revisions': `${SUPERVISORS} quality`,
  'GET /api/v1/cadences': INSIDERS,
  'POST /api/v1/commands': STAFF,
  'GET /api/v1/cases': READERS,
  'GET /api/v1/cases/{no}': READERS,
  'GET /api/v1/cases/{no}/timeline': READERS,
  'GET /api/v1/cases/{no}/obligations': READERS,
  'GET /api/v1/cases/{no}/obligations/{id}/explanation': READERS,
  'GET /api/v1/cases/{no}/workflow-history': `${SUPERVISORS} quality ops`,
  'POST /api/v1/cases/{no}/unmask': `${FRONT} engineering security`,
  'GET /api/v1/cases/{no}/links': FRONT,
  'POST /api/v1/cases/{no}/links': FRONT,
  'DELETE /api/v1/cases/{no}/links/{link}': FRONT,
  'GET /api/v1/resident-links/{token}': null,
  'POST /api/v1/resident-links/{token}/acts': null,
  'GET /r/{token}': null,
  'POST /r/{token}': null,
  'GET /api/v1/obligations': `${STAFF} quality`,
  'GET /api/v1/lists/counts': `${STAFF} quality`,
  'GET /api/v1/me': EVERYBODY,
  'GET /api/v1/me/sessions': EVERYBODY,
  'DELETE /api/v1/me/sessions/{id}': EVERYBODY,
  'POST /auth/logout': EVERYBODY,
  'GET /api/v1/projects': EVERYBODY,
  'GET /api/v1/projects/{project}': EVERYBODY,
  'GET /api/v1/projects/{project}/departments': INSIDERS,
  'PUT /api/v1/projects/{project}/departments/{id}': APPOINTERS,
  'DELETE /api/v1/projects/{project}/departments/{id}': APPOINTERS,
  'GET /api/v1/projects/{project}/posts': INSIDERS,
  'PUT /api/v1/projects/{project}/posts/{id}': APPOINTERS,
  'DELETE /api/v1/projects/{project}/posts/{id}': APPOINTERS,
  'GET /api/v1/projects/{project}/skills': INSIDERS,
  'PUT /api/v1/projects/{project}/skills/{id}': APPOINTERS,
  'DELETE /api/v1/projects/{project}/skills/{id}': APPOINTERS,
  'GET /api/v1/projects/{project}/zones': INSIDERS,
  'PUT /api/v1/projects/{project}/zones/{id}': APPOINTERS,
  'DELETE /api/v1/projects/{project}/zones/{id}': APPOINTERS,
  'POST /api/v1/projects': MANAGERS,
  'PATCH /api/v1/projects/{project}': APPOINTERS,
  'GET /api/v1/projects/{project}/calendar': INSIDERS,
  'PUT /api/v1/projects/{project}/calendar': APPOINTERS,
  'GET /api/v1/projects/{project}/staff/{staff}/ties': INSIDERS,
  'PUT /api/v1/projects/{project}/staff/{staff}/ties': PLANNERS,
  'GET /api/v1/projects/{project}/roster': INSIDERS,
  'GET /api/v1/projects/{project}/roster/now': INSIDERS,
  'GET /api/v1/projects/{project}/roster/gaps': INSIDERS,
  'POST /api/v1/projects/{project}/roster/lines': PLANNERS,
  'PUT /api/v1/projects/{project}/roster/lines/{id}': PLANNERS,
  'DELETE /api/v1/projects/{project}/roster/lines/{id}': PLANNERS,
  'PUT /api/v1/projects/{project}/roster/lines/{id}/days/{date}': PLANNERS,
  'DELETE /api/v1/projects/{project}/roster/lines/{id}/days/{date}': PLANNERS,
  'POST /api/v1/projects/{project}/roster/substitutes': PLANNERS,
  'DELETE /api/v1/projects/{project}/roster/substitutes/{id}': PLANNERS,
  'GET /api/v1/projects/{project}/handovers/preview': SUPERVISORS,
  'POST /api/v1/projects/{project}/handovers': SUPERVISORS,
  'GET /api/v1/assets': INSIDERS,
  'GET /api/v1/assets/{id}': INSIDERS,
  'GET /api/v1/assets/{id}/file': INSIDERS,
  'POST /api/v1/assets': PLANNERS,
  'PATCH /api/v1/assets/{id}': PLANNERS,
  'DELETE /api/v1/assets/{id}': PLANNERS,
  'GET /api/v1/staff': INSIDERS,
  'GET /api/v1/staff/{id}': INSIDERS,
  'POST /api/v1/staff': APPOINTERS,
  'PATCH /api/v1/staff/{id}': APPOINTERS,
  'GET /api/v1/staff/{id}/identities': APPOINTERS,
  'POST /api/v1/staff/{id}/identities': APPOINTERS,
  'DELETE /api/v1/staff/{id}/identities/{identity}': APPOINTERS,
  'GET /api/v1/households': INSIDERS,
  'GET /api/v1/households/{id}': INSIDERS,
  'POST /api/v1/households': `${FRONT} ops`,
  'PATCH /api/v1/households/{id}': `${FRONT} ops`,
  'POST /api/v1/households/{id}/move': `${FRONT} ops`,
  'POST /api/v1/households/{id}/residents': `${FRONT} ops`,
  'POST /api/v1/households/{id}/unmask': `${STAFF} quality`,
  'PATCH /api/v1/residents/{id}': `${FRONT} ops`,
  'POST /api/v1/subjects/{id}/unmask': `${STAFF} quality`,
  'POST /api/v1/residents/{id}/erase': 'manager general_manager',
  'POST /api/v1/lookup': `${STAFF} quality`,
  'GET /api/v1/api-keys': APPOINTERS,
  'POST /api/v1/api-keys': APPOINTERS,
  'POST /api/v1/api-keys/{id}/revoke': APPOINTERS,
  'GET /api/v1/drafts': INSIDERS,
  'GET /api/v1/drafts/{draft}': INSIDERS,
  'PUT /api/v1/drafts/{draft}': INSIDERS,
  'DELETE /api/v1/drafts/{draft}': INSIDERS,
  'POST /api/v1/files': `${STAFF} resident`,
  'GET /api/v1/files/{id}': READERS,
  'POST /api/v1/projects/{project}/imports/departments': APPOINTERS,
  'POST /api/v1/projects/{project}/imports/posts': APPOINTERS,
  'POST /api/v1/projects/{project}/imports/skills': APPOINTERS,
  'POST /api/v1/projects/{project}/imports/zones': APPOINTERS,
  'POST /api/v1/projects/{project}/imports/households': `${FRONT} ops`,
  'POST /api/v1/projects/{project}/imports/staff': APPOINTERS,
  'POST /api/v1/projects/{project}/imports/rosters': PLANNERS,
  'POST /api/v1/projects/{project}/imports/substitutes': PLANNERS,
  'POST /api/v1/projects/{project}/imports/assets': PLANNERS,
  'POST /api/v1/projects/{project}/imports/complaints': MANAGERS,
  'POST /api/v1/projects/{project}/imports/repairs': MANAGERS,
  'GET /api/v1/import-templates/departments': APPOINTERS,
  'GET /api/v1/import-templates/posts': APPOINTERS,
  'GET /api/v1/import-templates/skills': APPOINTERS,
  'GET /api/v1/import-templates/zones': APPOINTERS,
  'GET /api/v1/import-templates/households': `${FRONT} ops`,
  'GET /api/v1/import-templates/staff': APPOINTERS,
  'GET /api/v1/import-templates/rosters': PLANNERS,
  'GET /api/v1/import-templates/substitutes': PLANNERS,
  'GET /api/v1/import-templates/assets': PLANNERS,
  'GET /api/v1/import-templates/complaints': MANAGERS,
  'GET /api/v1/import-templates/repairs': MANAGERS,
  'GET /api/v1/projects/{project}/imports': INSIDERS,
  'GET /api/v1/imports/{id}': INSIDERS,
  'GET /api/v1/imports/{id}/rows': INSIDERS,
  'GET /api/v1/policies': INSIDERS,
  'GET /api/v1/policies/{family}': INSIDERS,
  'GET /api/v1/policies/{family}/versions/{version}': INSIDERS,
  'POST /api/v1/policies/{family}/versions': MANAGERS,
  'GET /api/v1/notifications': `${INSIDERS} resident`,
  'POST /api/v1/notifications/read': `${INSIDERS} resident`,
  'POST /api/v1/notifications/acknowledge': `${INSIDERS} resident`,
  'GET /api/v1/notifications/dead-letters': INSPECTORS,
  'GET /api/v1/notifications/{id}/deliveries': INSPECTORS,
  'POST /api/v1/notifications/{id}/resend': APPOINTERS,
  'GET /api/v1/staff/{id}/contact': APPOINTERS,
  'PUT /api/v1/staff/{id}/contact': APPOINTERS,
  'GET /api/v1/residents/{id}/contact': `${FRONT} ops`,
  'PUT /api/v1/residents/{id}/contact': `${FRONT} ops`,
  'GET /api/v1/endpoints': APPOINTERS,
  'POST /api/v1/endpoints': APPOINTERS,
  'PATCH /api/v1/endpoints/{id}': APPOINTERS,
  'POST /api/v1/endpoints/{id}/secret': APPOINTERS,
  'DELETE /api/v1/endpoints/{id}': APPOINTERS,
  'GET /api/v1/audit': 'quality general_manager',
  'GET /api/v1/stream': INSIDERS,
  'GET /api/v1/changes': INSIDERS,
  'POST /codec/decode': INSPECTORS,
  'POST /codec/encode': INSPECTORS,
  'GET /codec/login': null,
  'POST /codec/login': null,
  'POST /auth/login': null,
  'GET /auth/oidc/start': null,
  'GET /auth/oidc/callback': null,
  'POST /codec/logout': null,
  'GET /healthz': null,
  'GET /readyz': null,
  'GET /metrics': null,
  'GET /openapi.json': null,
  'GET /docs': null,
  'GET /docs/problems': null,
  'GET /docs/{asset}': null,
};

/** Every role that a key can have; `system` is the engine's own, and may do nothing here. */
export const CALLERS = ROLES;
export type Caller = (typeof CALLERS)[number];

/** The roles of a command of a complaint. */
export const rolesOfCommand = (command: string): readonly string[] => (COMMANDS[command] ?? '').split(' ');
export const COMMAND_NAMES = Object.keys(COMMANDS);

/** Names of all routes that are known here. */
export const KNOWN = Object.keys(RULES);

/**
 * @param name `POST /api/v1/cases/{no}/close`
 * @returns its roles; null where everybody may.
 * @throws for a route that nobody has thought about.
 */
export function rolesOf(name: string): readonly string[] | null {
  const rule = RULES[name];
  if (rule === undefined) {
    throw new Error(`${name} has no rule: decide who may call it and add a line to tests/api/intruders/matrix.ts`);
  }
  return rule === null ? null : rule.split(' ');
}

function of(roles: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, roles]));
}
