import { DOMAIN_CODES } from './domain-codes';

/**
 * Every refusal the API can give. The code is the contract: clients translate by it, with `args` as ICU arguments.
 * A code is never renamed or given another meaning; docs/problems.md is generated from this table.
 */
interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  /** One sentence for the documentation; also the detail when there is no `detail`. */
  readonly meaning: string;
  /** English detail with `{argument}` places. */
  readonly detail?: string;
  /** ICU arguments, each with what it holds. */
  readonly args: Readonly<Record<string, string>>;
  /** Seconds for Retry-After, where waiting helps. */
  readonly retryAfter?: number;
}

const define = <const T extends Record<string, ProblemDefinition>>(codes: T): T => codes;

const HTTP_CODES = define({
  // What was sent
  'malformed-request': {
    status: 400,
    title: 'Malformed request',
    meaning: 'The bytes sent are not an HTTP request that this server reads.',
    args: {},
  },
  'malformed-json': {
    status: 400,
    title: 'Malformed JSON',
    meaning: 'The body is not JSON in UTF-8.',
    detail: 'The body is not JSON in UTF-8. {expected}',
    args: { expected: 'what was expected, with the position where it is known' },
  },
  'invalid-request': {
    status: 400,
    title: 'Invalid request',
    meaning: 'At least one field, parameter or header is not what the API expects; `errors` names each.',
    detail: 'Values that are not what was expected: {count}; see errors.',
    args: { count: 'how many values are wrong' },
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    meaning: 'Bodies are application/json in UTF-8 and not compressed.',
    detail: 'Expected {expected}.',
    args: { expected: 'the header and its expected value' },
  },
  'body-too-large': {
    status: 413,
    title: 'Body too large',
    meaning: 'The body has more bytes than this operation takes.',
    detail: 'The body may have at most {limit} bytes.',
    args: { limit: 'bytes' },
  },
  'body-too-deep': {
    status: 400,
    title: 'Body too deep',
    meaning: 'Arrays and objects are nested deeper than any body of this API needs.',
    detail: 'Arrays and objects may be nested at most {limit} deep.',
    args: { limit: 'levels' },
  },
  'duplicate-key': {
    status: 400,
    title: 'Duplicate key',
    meaning: 'An object of the body names the same key twice, so it is unclear which one counts.',
    args: { pointer: 'JSON pointer of the second one' },
  },
  'forbidden-key': {
    status: 400,
    title: 'Forbidden key',
    meaning: 'An object of the body has the key __proto__, constructor or prototype.',
    args: { pointer: 'JSON pointer of the key' },
  },
  'text-not-storable': {
    status: 400,
    title: 'Text not storable',
    meaning:
      'A text has a NUL, another control character, half a surrogate pair, or a character that turns text around.',
    args: { where: 'JSON pointer, or name of the parameter' },
  },
  'headers-too-large': {
    status: 431,
    title: 'Headers too large',
    meaning: 'The header fields, the address included, are too many or too long.',
    args: {},
  },
  'request-timeout': {
    status: 408,
    title: 'Request timed out',
    meaning: 'The request was not sent completely in time.',
    args: {},
  },
  'invalid-cursor': {
    status: 400,
    title: 'Invalid cursor',
    meaning:
      'The cursor was changed, is of another list, filter or sort, or is no longer known: begin at the first page.',
    args: {},
  },

  // Who asks
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    meaning: 'A known API key is needed: Authorization: Bearer <key>.',
    args: {},
  },
  'key-expired': { status: 401, title: 'Key expired', meaning: 'The API key has run out.', args: {} },
  'key-revoked': { status: 401, title: 'Key revoked', meaning: 'The API key was taken back.', args: {} },
  'token-expired': {
    status: 401,
    title: 'Token expired',
    meaning: 'The token of the identity provider has run out, or is older than 15 minutes.',
    args: {},
  },
  'identity-unknown': {
    status: 401,
    title: 'Identity unknown',
    meaning: 'The identity provider knows you; nobody here was told whom you are.',
    args: {},
  },
  'session-ended': {
    status: 401,
    title: 'Session ended',
    meaning:
      'The login of this browser is over: nothing was asked for half an hour, twelve hours have passed, or it was ended.',
    args: {},
  },
  'link-unknown': {
    status: 404,
    title: 'Link unknown',
    meaning: 'There is no such link; perhaps it was not copied whole.',
    args: {},
  },
  'link-ended': {
    status: 410,
    title: 'Link ended',
    meaning: 'This link is not valid any more: it has run out, or was taken back.',
    args: {},
  },
  'link-not-for-this': {
    status: 403,
    title: 'Link not for this',
    meaning: 'The link gives a part of what a resident can do, and not this.',
    detail: 'This link does not give the right {right}.',
    args: { right: '`answer`, `rate`, `reopen`, `write`' },
  },
  'login-refused': {
    status: 401,
    title: 'Login refused',
    meaning:
      'The identity provider let nobody in, or this login was begun elsewhere, too long ago, or is used already: begin again.',
    args: {},
  },
  'not-a-person': {
    status: 403,
    title: 'Not a person',
    meaning: 'Only people log in with a browser; machines send their key.',
    args: {},
  },
  'two-logins': {
    status: 400,
    title: 'Two logins',
    meaning: 'A cookie and an Authorization header came together, so it is unclear who asks.',
    args: {},
  },
  'csrf-token-wrong': {
    status: 403,
    title: 'CSRF token wrong',
    meaning: 'With a cookie, whatever changes something needs the header X-CSRF-Token, as the login and /me tell it.',
    args: {},
  },
  'role-unclear': {
    status: 403,
    title: 'Role unclear',
    meaning: 'The login names none of your roles: choose one by the header Guanjia-Role.',
    detail: 'Choose one of your roles by the header Guanjia-Role: {held}.',
    args: { held: 'your roles' },
  },
  'role-not-allowed': {
    status: 403,
    title: 'Role not allowed',
    meaning: 'This operation is for other roles than yours.',
    detail: 'The role {role} may not do this; allowed: {allowed}.',
    args: { role: 'your role', allowed: 'roles that may' },
  },
  'beyond-your-authority': {
    status: 403,
    title: 'Beyond your authority',
    meaning: 'Roles and projects are given and taken by those above them.',
    args: { role: 'the role; * where it is about a project', allowed: 'roles, or projects, that are yours to give' },
  },
  'address-refused': {
    status: 422,
    title: 'Address refused',
    meaning: 'Messages are posted by https to public hosts, and only to those that this installation allows.',
    detail: 'Nothing is posted to this address: {reason}.',
    args: { reason: '`not-https`, `address-blocked` (private, loopback, link-local), `host-not-allowed`' },
  },
  'secret-not-chosen': {
    status: 422,
    title: 'Secret not chosen',
    meaning:
      'The secret of a webhook is made here; WeCom’s robots have none. DingTalk’s and Feishu’s are taken as they are.',
    args: { kind: 'of the endpoint' },
  },
  'nothing-to-resend': {
    status: 409,
    title: 'Nothing to resend',
    meaning: 'No delivery of this message was given up, and no channel is named to send it over.',
    args: {},
  },
  'not-to-be-told': {
    status: 409,
    title: 'Not to be told',
    meaning: 'Nothing is sent about a case that is closed, nor by a drill.',
    detail: 'This message is not sent any more: {reason}.',
    args: { reason: '`case-closed`, `drill`' },
  },
  'origin-not-allowed': {
    status: 403,
    title: 'Origin not allowed',
    meaning: 'A browser page of another origin asks in your name.',
    args: {},
  },
  'https-required': {
    status: 403,
    title: 'HTTPS required',
    meaning: 'A login that a browser keeps is given out over HTTPS or on localhost only.',
    args: {},
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    meaning: 'This address or this key sent more requests than its share.',
    detail: 'Try again in {seconds} s.',
    args: { scope: 'address or principal', seconds: 'seconds to wait' },
  },

  // What is asked for
  'not-found': {
    status: 404,
    title: 'Not found',
    meaning: 'There is no such thing, or it is not yours to see.',
    args: {},
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The address exists, with other methods; see the Allow header.',
    detail: 'Allowed: {allowed}.',
    args: { allowed: 'methods' },
  },
  conflict: {
    status: 409,
    title: 'Conflict',
    meaning: 'What is there now contradicts the request.',
    args: {},
  },
  'not-allowed-now': {
    status: 409,
    title: 'Not allowed now',
    meaning: 'The command is not possible in the state the case is in.',
    detail: 'Not possible in stage {stage}; possible in: {allowed}.',
    args: { stage: 'stage of the case', allowed: 'stages in which it is possible' },
  },
  'case-closed': {
    status: 409,
    title: 'Case closed',
    meaning: 'The case is closed; for a time it can be reopened, nothing else.',
    args: { stage: 'stage of the case', allowed: 'what is possible' },
  },
  stale: {
    status: 412,
    title: 'Changed meanwhile',
    meaning: 'If-Match names an older state than the present one.',
    detail: 'The present state is {current}.',
    args: { current: 'seq of the present state' },
  },
  'precondition-malformed': {
    status: 400,
    title: 'Malformed precondition',
    meaning: 'If-Match is neither * nor a list of quoted entity tags.',
    args: {},
  },
  'idempotency-key-required': {
    status: 400,
    title: 'Idempotency key required',
    meaning: 'Machines must send an Idempotency-Key here, so that a repeated request is done once.',
    args: {},
  },
  'idempotency-key-malformed': {
    status: 400,
    title: 'Malformed idempotency key',
    meaning: 'Idempotency-Key is 1 to 255 visible ASCII characters.',
    args: {},
  },
  'idempotency-mismatch': {
    status: 422,
    title: 'Idempotency key used for another request',
    meaning: 'The same Idempotency-Key came before with another body.',
    args: {},
  },
  'unknown-policy': {
    status: 404,
    title: 'Unknown policy',
    meaning: 'No policy or policy version has this name.',
    args: {},
  },
  'policy-invalid': {
    status: 422,
    title: 'Invalid policy',
    meaning: 'The policy can be read but its rules contradict themselves or lack something; `errors` names each place.',
    args: {},
  },
  'role-not-held': {
    status: 422,
    title: 'Role not held',
    meaning: 'A personal key has a role that its holder has in all of its projects.',
    args: { role: 'the role', project: 'a project where he does not have it' },
  },
  'code-unknown': {
    status: 422,
    title: 'Unknown code',
    meaning: 'The project has no such department, post, skill or zone, or has retired it.',
    detail: 'The project has no {list} {code} in use.',
    args: { list: 'department, post, skill or zone', code: 'the code' },
  },
  'still-owes': {
    status: 409,
    title: 'Still owes something',
    meaning:
      'Somebody who owns open cases or owes something in person leaves once it is handed over: name handOverTo and handOverReason. What a wave could not move is named again.',
    detail: 'Open cases in which he owes something: {count}.',
    args: { count: 'how many', cases: 'their numbers, 50 at most' },
  },
  'asset-unknown': {
    status: 422,
    title: 'Unknown asset',
    meaning: 'The project keeps a ledger of its assets, and this is not in it, or was removed.',
    detail: 'The project has no asset {asset}.',
    args: { asset: 'what was named' },
  },
  'asset-in-use': {
    status: 409,
    title: 'Asset has open cases',
    meaning: 'What open cases are about is not taken out of the ledger.',
    detail: 'Open cases about it: {count}.',
    args: { count: 'how many', cases: 'their numbers, the oldest 50' },
  },
  'building-in-zone': {
    status: 409,
    title: 'Building in another zone',
    meaning: 'A building is in one zone at most.',
    detail: 'Building {building} is in the zone {zone}.',
    args: { building: 'the building', zone: 'the zone that has it' },
  },
  'codec-key-missing': {
    status: 422,
    title: 'Codec key missing',
    meaning: 'A payload was encrypted with a key that this process was not given.',
    args: {},
  },
  'codec-undecodable': {
    status: 422,
    title: 'Payload not decodable',
    meaning: 'A payload was altered or cut short.',
    args: {},
  },
  'escalation-unknown': {
    status: 404,
    title: 'Unknown escalation',
    meaning: 'The case has no such escalation to acknowledge.',
    args: {},
  },

  'not-a-photo': {
    status: 422,
    title: 'Not a photo',
    meaning: 'The bytes are no whole JPEG, PNG or WebP, whatever they were sent as.',
    args: {},
  },
  'not-a-sheet': {
    status: 422,
    title: 'Not a table',
    meaning: 'The bytes are no CSV and no workbook (.xlsx) that can be read.',
    detail: 'Expected {expected}.',
    args: { expected: 'what was expected; nothing of what stands in the file' },
  },
  'sheet-too-big': {
    status: 422,
    title: 'Too big a table',
    meaning: 'The file has more rows or columns than an import takes, or unpacks to more bytes.',
    detail: 'The file has too many {what}: at most {limit}.',
    args: { what: 'rows, columns or bytes', limit: 'how many it may have' },
  },
  'headings-missing': {
    status: 422,
    title: 'Headings missing',
    meaning: 'None of the first rows has a heading for each column that is needed.',
    detail: 'No row of headings; the nearest one lacks: {fields}.',
    args: { fields: 'the columns that the nearest row lacks, by field' },
  },
  'heading-twice': {
    status: 422,
    title: 'Two columns are one',
    meaning: 'Two headings stand for the same column.',
    args: { field: 'which column' },
  },
  'import-under-way': {
    status: 409,
    title: 'Import under way',
    meaning: 'Another file is written into the ledger of this project at this moment.',
    args: {},
    retryAfter: 30,
  },
  'too-many-files': {
    status: 409,
    title: 'Too many files',
    meaning: 'You have sent as many files as may wait for a command that names them.',
    detail: 'At most {limit} files may wait for a command that names them.',
    args: { limit: 'how many' },
  },
  'too-many-drafts': {
    status: 409,
    title: 'Too many drafts',
    meaning: 'You keep as many drafts as anybody may: throw one away, or wait until they run out after seven days.',
    detail: 'At most {limit} drafts are kept of one person.',
    args: { limit: 'how many' },
  },
  'unmask-budget-spent': {
    status: 429,
    title: 'Unmasking budget spent',
    meaning:
      'You have seen as much in the clear in the last hour as anybody may; those who read the audit log are told.',
    detail: 'At most {allowed} an hour. Try again in {seconds} s.',
    args: { allowed: 'how many an hour', seconds: 'seconds to wait' },
  },
  'file-unknown': {
    status: 422,
    title: 'Unknown file',
    meaning: 'No file of yours in this project, or one of another case, has this id.',
    args: { file: 'the id' },
  },

  // What we could not do
  'identity-provider-away': {
    status: 503,
    title: 'Identity provider away',
    meaning: 'The identity provider does not answer as it should, and nothing is known from before. API keys work on.',
    args: {},
    retryAfter: 5,
  },
  'engine-unavailable': {
    status: 503,
    title: 'Engine unavailable',
    meaning:
      'Temporal cannot be reached, or no worker answers: reading goes on, commands do not. Repeat with the same Idempotency-Key.',
    args: {},
    retryAfter: 5,
  },
  'key-missing': {
    status: 503,
    title: 'Key missing',
    meaning:
      'Something is encrypted with a key that this process was not given. Nothing is lost: it can be read once the key is back. Repeat with the same Idempotency-Key.',
    detail: 'This process lacks the key {key}; {variable} should hold it. Nothing is lost; repeat when it is back.',
    args: { key: 'id of the key', variable: 'the environment variable that should hold it' },
    retryAfter: 30,
  },
  'case-unreadable': {
    status: 503,
    title: 'Case unreadable',
    meaning:
      'No worker can open the case now: it lacks a key, or runs other code than the case began with. Nothing is lost; the log of the worker says which.',
    args: {},
    retryAfter: 30,
  },
  'file-store-away': {
    status: 503,
    title: 'Store of files away',
    meaning: 'Photos can be neither kept nor shown now. Everything else goes on.',
    args: {},
    retryAfter: 5,
  },
  'database-unavailable': {
    status: 503,
    title: 'Database unavailable',
    meaning: 'PostgreSQL cannot be reached.',
    args: {},
    retryAfter: 5,
  },
  timeout: {
    status: 504,
    title: 'No answer in time',
    meaning: 'It is unknown whether the request was done. Repeat it with the same Idempotency-Key.',
    args: {},
    retryAfter: 1,
  },
  'internal-error': {
    status: 500,
    title: 'Internal error',
    meaning: 'Something went wrong here and was logged under the request id.',
    args: {},
  },
});

export const PROBLEM_CODES = { ...HTTP_CODES, ...DOMAIN_CODES };

export type ProblemCode = keyof typeof PROBLEM_CODES;

export const isProblemCode = (text: string): text is ProblemCode => Object.hasOwn(PROBLEM_CODES, text);

export type ArgValue = string | number | boolean | null | readonly string[];

/** The arguments a code takes, by the table above. */
export type ProblemArgs<C extends ProblemCode> = {
  readonly [K in keyof (typeof PROBLEM_CODES)[C]['args']]: ArgValue;
};

export const definitionOf = (code: ProblemCode): ProblemDefinition => PROBLEM_CODES[code];

export const PROBLEM_CODE_LIST = Object.keys(PROBLEM_CODES) as readonly ProblemCode[];
