import { formatIssue } from '../../common/policy/issues';
import { parseStory } from '../../story/parse';
import type { Plan, PlannedRequest } from '../../story/plan/plan';
import { localText } from '../../story/time';

function issuesOf(text: string): string[] {
  const parsed = parseStory(text, 'x.yaml');
  return parsed.ok ? [] : parsed.issues.map(formatIssue);
}

function planOf(text: string): Plan {
  const parsed = parseStory(text, 'x.yaml');
  if (!parsed.ok) throw new Error(parsed.issues.map(formatIssue).join('\n'));
  return parsed.plan;
}

function requestsOf(plan: Plan): PlannedRequest[] {
  return plan.steps.flatMap(({ action }) => (action?.kind === 'requests' ? action.requests : []));
}

const bodyOf = (request: PlannedRequest | undefined): unknown =>
  request?.body.kind === 'json' ? request.body.value : null;

describe('a short story needs nothing but its steps', () => {
  const plan = planOf('story: short\nsteps:\n  - complaint: { subtype: noise }\n  - at: +20m\n    do: acknowledge\n');

  test('it begins on a Monday at nine in Shanghai', () => {
    expect(localText(plan.begin, plan.zone)).toBe('2026-11-23 09:00');
    expect(plan.zone).toBe('Asia/Shanghai');
  });

  test('there is one of each post, a head for each department, and a resident', () => {
    expect(plan.people.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['customer_service', 'engineering', 'head_engineering', 'manager', 'general_manager']),
    );
    expect(plan.households[0]?.residents[0]?.id).toBe('resident');
  });

  test('the clerk acts, and the body says what the story does not', () => {
    const [complaint, acknowledge] = requestsOf(plan);
    expect(complaint).toMatchObject({
      method: 'POST',
      path: '/api/v1/complaints',
      starts: 'case',
      actor: { id: 'customer_service' },
    });
    expect(bodyOf(complaint)).toMatchObject({
      project: 'lakeside',
      channel: 'phone',
      subtype: 'noise',
      place: { room: '3-2-1501' },
    });
    expect(acknowledge).toMatchObject({ path: '/api/v1/cases/${case.case}/acknowledge', about: 'case' });
    expect(plan.steps.map(({ at }) => localText(at, plan.zone).slice(11))).toEqual(['09:00', '09:20']);
  });
});

describe('mistakes are named with line, path, what was expected and what may have been meant', () => {
  test.each([
    ['stor: x\nsteps: []', 'x.yaml:1:1 stor: "stor" is not known here (did you mean "story"?)'],
    ['story: x\nsteps: []', 'x.yaml:2:8 steps: expected at least one step, but found a list'],
    [
      'story: x\nzone: Asia/Shangai\nsteps:\n  - say: x',
      'x.yaml:2:7 zone: expected an IANA zone like Asia/Shanghai, but found "Asia/Shangai"',
    ],
    ['story: x\nsteps:\n  - do: aknowledge', '(did you mean "acknowledge"?)'],
    [
      'story: x\nsteps:\n  - complaint: { subtyp: noise }',
      'x.yaml:3:18 steps[0].complaint.subtyp: "subtyp" is not known here (did you mean "subtype"?)',
    ],
    [
      'story: x\nsteps:\n  - complaint: {}\n  - do: survey\n    with: { finding: x }',
      'x.yaml:5:13 steps[1].with.finding: "finding" is not known here (did you mean "findings"?)',
    ],
    ['story: x\nsteps:\n  - as: mangaer\n    complaint: {}', 'x.yaml:3:9 steps[0].as: expected somebody of this story'],
    ['story: x\nsteps:\n  - as: manager@riverside\n    complaint: {}', 'steps[0].as: expected somebody of this story'],
    ['story: x\nsteps:\n  - at: 9am\n    complaint: {}', 'x.yaml:3:9 steps[0].at: expected a moment like'],
    [
      'story: x\nsteps:\n  - at: later+1h\n    complaint: {}',
      'no moment before this one is named "later"; known: start',
    ],
    [
      'story: x\nbegin: 17:00\nsteps:\n  - say: x',
      'x.yaml:2:8 begin: expected a date and a time like "2026-11-23 09:00"',
    ],
    [
      'story: x\nsteps:\n  - at: +1h\n    complaint: {}\n  - at: 09:30\n    do: acknowledge',
      'x.yaml:5:9 steps[1].at: expected a moment that is not before the step before, but found "09:30"',
    ],
    ['story: x\nsteps:\n  - do: acknowledge', 'x.yaml:3:9 steps[0].do: expected a case: none was started before'],
    [
      'story: x\nsteps:\n  - complaint: {}\n    case: lift\n  - do: acknowledge\n    case: lif',
      'steps[1].case: expected a case started before: lift, but found "lif" (did you mean "lift"?)',
    ],
    [
      'story: x\nsteps:\n  - complaint: {}\n    do: close',
      'x.yaml:4:9 steps[0].do: expected one action in a step, not complaint and do',
    ],
    ['story: x\nsteps:\n  - at: +1h', 'steps[0]: expected an action ('],
    [
      'story: x\nsteps:\n  - stop: worker\n    times: 3',
      'steps[0].times: expected a request, which "times" belongs to',
    ],
    [
      'story: x\nsteps:\n  - complaint: {}\n    refused: no',
      'steps[0].refused: expected a status and a code like "409 case-closed", but found "no"',
    ],
    [
      'story: x\nsteps:\n  - complaint: {}\n    times: 5\n    answers: { "201": 4 }',
      'expected 5 answers in all, as many as there are requests, not 4',
    ],
    [
      'story: x\nsteps:\n  - complaint: {}\n    then: { obligations: { close: mett } }',
      'x.yaml:4:35 steps[0].then.obligations.close: expected a state: open, met, cancelled, but found "mett" (did you mean "met"?)',
    ],
    [
      'story: x\nsteps:\n  - complaint: {}\n    then: { obligations: { close: { duAt: 17:00 } } }',
      '"duAt" is not known here (did you mean "dueAt"?)',
    ],
    [
      'story: x\nsteps:\n  - complaint: {}\n    then: { inbox: { mannager: [escalated] } }',
      '(did you mean "manager"?)',
    ],
    ['story: x\nsteps:\n  - complaint: { reportedAt: yesterday }', 'no moment before this one is named "yesterday"'],
    [
      'story: x\nsteps:\n  - complaint: {}\n    then: { cases: 1, case: nowhere }',
      'steps[0].then.case: expected a case started before',
    ],
    ['story: x\nsteps:\n  - { say: x, say: y }', 'stands there twice'],
    ['story: x\nsteps: [', 'cannot be read as YAML'],
    ['story: x\nsteps:\n  - request: { path: /x, json: {}, raw: y }', 'expected one body, not json and raw'],
    [
      'story: x\nsteps:\n  - request: { method: POST, path: /x, file: nowhere.json }',
      'expected a file beside the story',
    ],
    ['story: x\nsteps:\n  - link: his', 'x.yaml:3:11 steps[0].link: expected a case: none was started before'],
    [
      'story: x\nsteps:\n  - complaint: {}\n  - link: his\n  - open-link: hi',
      'x.yaml:5:16 steps[2].open-link: expected a link made before: his, but found "hi" (did you mean "his"?)',
    ],
    [
      'story: x\nsteps:\n  - complaint: {}\n  - link: his\n  - link: his',
      'steps[2].link: expected a name that no link before has: his',
    ],
    [
      'story: x\nsteps:\n  - complaint: {}\n  - link: { name: his, right: [rate] }',
      'steps[1].link.right: "right" is not known here (did you mean "rights"?)',
    ],
    [
      'story: x\nsteps:\n  - complaint: {}\n  - link: { rights: [rates] }',
      'steps[1].link.rights[0]: expected a right: answer, rate, reopen, write, but found "rates" (did you mean "rate"?)',
    ],
    ['story: x\nsteps:\n  - complaint: {}\n  - link: { days: 400 }', 'expected a whole number from 1 to 366'],
    ['story: x\nsteps:\n  - complaint: {}\n  - revoke-link: his', 'expected a link made before: none yet'],
    [
      'story: x\nsteps:\n  - complaint: {}\n  - link: his\n  - do: close\n    through: his',
      'steps[2].do: expected what can be done through a link: owner-answer, callback, rate, reopen, note',
    ],
    [
      'story: x\nsteps:\n  - complaint: {}\n  - link: his\n  - do: note\n    through: his\n    as: manager',
      'steps[2].as: expected no "as": whoever has a link needs no key',
    ],
    ['story: x\nsteps:\n  - complaint: {}\n    through: his', 'expected "do", which "through" belongs to'],
    ['story: x\nsteps:\n  - import: { kind: ledger, rows: [] }', 'steps[0].import.kind: expected a kind of import'],
    ['story: x\nsteps:\n  - import: { kind: staff }', 'steps[0].import: expected either "file" or "rows"'],
    [
      'story: x\nsteps:\n  - import: { kind: staff, rows: [{ number: 1, nam: x }] }',
      'steps[0].import.rows[0].nam: "nam" is not known here (did you mean "name"?)',
    ],
    ['story: x\nsteps:\n  - import: { kind: staff, file: nowhere.csv }', 'expected a file beside the story'],
    [
      'story: x\nsteps:\n  - import: { kind: staff, project: hillside, rows: [] }',
      'expected a project of this story: lakeside',
    ],
    ['story: x\nstaff: { chen: { role: clerk } }\nsteps:\n  - say: x', 'staff.chen.role: expected a role'],
    [
      'story: x\nstaff: { chen: { role: security, projects: [hillside] } }\nsteps:\n  - say: x',
      'expected a project of this story: lakeside, but found "hillside"',
    ],
    ['story: x\nsteps:\n  - complaint: {}\n    name: start', 'steps[0].name: expected a name that no step before has'],
    [
      'story: x\nzone: America/New_York\nbegin: 2027-03-14 02:30\nsteps:\n  - say: x',
      'does not exist in America/New_York',
    ],
  ])('%j', (text, expected) => {
    expect(issuesOf(text).join('\n')).toContain(expected);
  });

  test('all of them at once, in the order of the file', () => {
    const issues = issuesOf('story: x\nsteps:\n  - do: clse\n  - at: 9\n  - as: 5\n    complaint: { channnel: app }\n');
    expect(issues.map((issue) => issue.split(' ')[0])).toEqual([
      'x.yaml:3:9',
      'x.yaml:4:9',
      'x.yaml:5:9',
      'x.yaml:6:18',
    ]);
  });
});

describe('what a story writes becomes what is sent', () => {
  test('moments in bodies become instants with the zone of the project', () => {
    const plan = planOf(
      'story: x\nsteps:\n  - complaint: { reportedAt: -40m }\n  - at: 10:00\n    do: feed-back\n    with: { promises: [{ text: a, dueAt: start+3d }] }\n  - do: survey\n    occurred: -5m\n',
    );
    const [complaint, feedback, survey] = requestsOf(plan);
    expect(bodyOf(complaint)).toMatchObject({ reportedAt: '2026-11-23T08:20:00.000+08:00' });
    expect(bodyOf(feedback)).toMatchObject({ promises: [{ text: 'a', dueAt: '2026-11-26T09:00:00.000+08:00' }] });
    expect(bodyOf(survey)).toMatchObject({ occurredAt: '2026-11-23T09:55:00.000+08:00' });
  });

  test('null takes a default away', () => {
    const plan = planOf('story: x\nsteps:\n  - complaint: { place: null, channel: app }\n');
    expect(bodyOf(requestsOf(plan)[0])).toEqual({
      project: 'lakeside',
      channel: 'app',
      matter: expect.any(String) as string,
    });
  });

  test('cases are named one after the other, and the last one is meant', () => {
    const plan = planOf(
      'story: x\nsteps:\n  - complaint: {}\n  - complaint: {}\n  - do: acknowledge\n  - case: case\n    do: acknowledge\n',
    );
    expect(requestsOf(plan).map(({ starts, about }) => starts ?? about)).toEqual(['case', 'case-2', 'case-2', 'case']);
  });

  test('refused and rehearsed complaints make no case', () => {
    const plan = planOf(
      'story: x\nsteps:\n  - complaint: {}\n    refused: 422 reported-in-future\n  - complaint: {}\n    dry-run: true\n',
    );
    expect(requestsOf(plan).map(({ starts }) => starts)).toEqual([null, null]);
    expect(requestsOf(plan)[1]?.query).toEqual({ dryRun: 'true' });
  });

  test('roles that the story fills itself are held by its people alone; vacant ones by nobody', () => {
    const plan = planOf(
      'story: x\nstaff: { chen: { role: customer_service } }\nvacant: [department_head, manager]\nsteps:\n  - as: chen\n    complaint: {}\n',
    );
    const holders = (role: string): string[] =>
      plan.people.filter((person) => person.role === role).map(({ id }) => id);
    expect(holders('customer_service')).toEqual(['chen']);
    expect(holders('department_head')).toEqual([]);
    expect(holders('manager')).toEqual([]);
    expect(holders('engineering')).toEqual(['engineering']);
  });
});

describe('links and imports become the requests that they stand for', () => {
  const requests = requestsOf(
    planOf(`story: x
steps:
  - complaint: { subtype: noise }
  - link: { name: his, days: 7 }
  - open-link: { name: his, language: en, page: true }
  - do: note
    through: his
  - revoke-link: his
  - import:
      kind: complaints
      rows:
        - { externalNo: GD-1, reportedAt: -2h, matter: '"a", b', departments: [engineering, security], case: old }
`),
  );

  test('a link is named, and used without a key', () => {
    const [, made, opened, acted, revoked] = requests;
    expect(made).toMatchObject({ path: '/api/v1/cases/${case.case}/links', about: 'case' });
    expect(bodyOf(made)).toEqual({ days: 7 });
    expect(opened).toMatchObject({
      method: 'GET',
      path: '/r/${link.his}',
      query: { lang: 'en' },
      actor: { kind: 'nobody' },
    });
    expect(acted).toMatchObject({
      path: '/api/v1/resident-links/${link.his}/acts',
      about: 'case',
      actor: { kind: 'nobody' },
    });
    expect(bodyOf(acted)).toMatchObject({ act: 'note' });
    expect(revoked).toMatchObject({ method: 'DELETE', path: '/api/v1/cases/${case.case}/links/${link-id.his}' });
  });

  test('rows are a table, sent by a manager, and must be taken', () => {
    const imported = requests[5];
    expect(imported).toMatchObject({
      ...{ path: '/api/v1/projects/lakeside/imports/complaints', actor: { id: 'manager' } },
      ...{ headers: { 'Content-Type': 'text/csv' }, expected: { body: { state: 'done' } } },
    });
    expect(imported?.names).toEqual(new Map([[2, 'old']]));
    expect(imported?.body.kind === 'text' ? imported.body.text.split('\n') : []).toEqual([
      '"externalNo","reportedAt","matter","departments"',
      '"GD-1","2026-11-23T07:00:00.000+08:00","""a"", b","engineering、security"',
    ]);
  });
});
