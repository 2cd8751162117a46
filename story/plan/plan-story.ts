import type { Finding, PolicyPath } from '../../common/policy/issues';
import { isRequest } from '../format/requests';
import type { StoryFile, StoryStep } from '../format/story';
import { MomentError, parseMoment, resolveMoment } from '../time';
import { Context } from './context';
import { planCheck } from './expectations';
import { Cast, householdsOf, peopleOf, projectsOf } from './people';
import { checkPlaces, placesOf } from './places';
import type { Action, Plan, PlannedStep } from './plan';
import { planRequest } from './requests';

/** A Monday, an ordinary working day. */
const BEGIN = '2026-11-23 09:00';
const PATIENCE_S = 120;

export interface Planned {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
}

/**
 * Computes every moment of a story and finds what is wrong between its parts: names that nobody has, steps that go
 * back in time, cases that were never started. Pure but for files that bodies are read from.
 */
export function planStory(story: StoryFile, file: string, lineOf: (path: PolicyPath) => number): Planned {
  const findings: Finding[] = [];
  const projects = projectsOf(story);
  const zone = projects[0]?.zone ?? '';
  const keys = new Set(story.steps.flatMap((step) => (step['make-key'] ? [step['make-key'].name] : [])));
  const cast = new Cast(peopleOf(story), householdsOf(story), projects, keys);
  const begin = beginOf(story, zone, findings);
  const context = new Context(zone, cast, begin, findings, lineOf);
  checkNames(story, context);
  checkPlaces(story, context);
  const steps = story.steps.map((step, index) => planStep(step, context, ['steps', index], file));
  context.named['end'] = context.now;
  context.now = begin;
  const last = (story.finally ?? []).map((written, index) =>
    planCheck(written, context, Array.isArray(story.finally) ? ['finally', index] : ['finally']),
  );
  const plan: Plan = {
    file,
    title: story.story,
    plays: story.plays ?? [],
    zone,
    begin,
    projects,
    people: cast.people,
    households: cast.households,
    places: placesOf(
      story,
      cast.people,
      projects.map(({ id }) => id),
    ),
    policy: story.policy ?? null,
    patienceMs: (story.patience ?? PATIENCE_S) * 1_000,
    steps,
    finally: last,
  };
  return { plan, findings };
}

function beginOf(story: StoryFile, zone: string, findings: Finding[]): number {
  const moment = story.begin ?? parseMoment(BEGIN);
  try {
    if (moment && (moment.kind === 'date' || moment.kind === 'instant'))
      return resolveMoment(moment, { zone, now: 0, named: {} });
    findings.push({ path: ['begin'], code: 'wrong-format', expected: 'a date and a time like "2026-11-23 09:00"' });
  } catch (error) {
    if (!(error instanceof MomentError)) throw error;
    findings.push({ path: ['begin'], code: 'unknown-name', expected: `a moment that exists: ${error.message}` });
  }
  return 0;
}

function planStep(step: StoryStep, context: Context, path: PolicyPath, file: string): PlannedStep {
  const before = context.now;
  if (step.at) {
    const at = context.instant(step.at, [...path, 'at']);
    if (at < before) context.wrong([...path, 'at'], 'a moment that is not before the step before', 'wrong-order');
    context.now = Math.max(at, before);
  }
  if (step.name !== undefined) {
    if (context.named[step.name] !== undefined)
      context.wrong([...path, 'name'], 'a name that no step before has', 'repeated');
    context.named[step.name] = context.now;
  }
  const action = actionOf(step, context, path, file);
  const then = (step.then ?? []).map((written, index) =>
    planCheck(written, context, [...path, 'then', ...(step.then?.length === 1 ? [] : [index])]),
  );
  return { line: context.line(path), at: context.now, name: step.name ?? null, say: step.say ?? null, action, then };
}

function actionOf(step: StoryStep, context: Context, path: PolicyPath, file: string): Action | null {
  if (isRequest(step)) {
    return { kind: 'requests', requests: [planRequest(step, context, path, file)], answers: step.answers ?? null };
  }
  if (step.together) {
    const about = step.case;
    const requests = step.together.map((one, index) =>
      planRequest(
        { ...one, as: one.as ?? step.as, case: one.case ?? about },
        context,
        [...path, 'together', index],
        file,
      ),
    );
    return { kind: 'requests', requests, answers: step.answers ?? null };
  }
  for (const act of ['stop', 'start', 'kill'] as const) {
    const servers = step[act];
    if (servers) return { kind: 'servers', act, servers };
  }
  for (const act of ['cut', 'restore'] as const) {
    const lines = step[act];
    if (lines) return { kind: 'lines', act, lines };
  }
  if (step.publish) return { kind: 'publish', changes: step.publish };
  const key = step['make-key'];
  if (key) {
    const expiresAt = key.expires ? context.instant(key.expires, [...path, 'make-key', 'expires']) : null;
    return {
      kind: 'make-key',
      key: { name: key.name, role: key.role, projects: key.projects ?? [], staff: key.staff ?? null, expiresAt },
    };
  }
  if (step['revoke-key'] !== undefined) return { kind: 'revoke-key', name: step['revoke-key'] };
  for (const [word, active] of [
    ['deactivate', false],
    ['activate', true],
  ] as const) {
    const person = step[word];
    if (person === undefined) continue;
    const ids = context.cast.people.map(({ id }) => id);
    if (!ids.includes(person))
      context.wrong([...path, word], `a person of this story: ${ids.join(', ')}`, 'unknown-name', ids);
    return { kind: 'activity', person, active };
  }
  return null;
}

/** Names in the company's own parts. */
function checkNames(story: StoryFile, context: Context): void {
  const projects = context.cast.projects.map(({ id }) => id);
  const check = (id: string | undefined, path: PolicyPath): void => {
    if (id !== undefined && !projects.includes(id))
      context.wrong(path, `a project of this story: ${projects.join(', ')}`, 'unknown-name', projects);
  };
  for (const [id, person] of Object.entries(story.staff ?? {})) {
    for (const [index, project] of (person.projects ?? []).entries()) check(project, ['staff', id, 'projects', index]);
  }
  for (const [id, home] of Object.entries(story.households ?? {})) check(home.project, ['households', id, 'project']);
  for (const [index, { project }] of (story.vacant ?? []).entries()) check(project ?? undefined, ['vacant', index]);
}
