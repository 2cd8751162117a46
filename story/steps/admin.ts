import { parseDocument } from 'yaml';
import type { Session } from '../actors';
import type { Verdict } from '../check/check';
import { atPointer, type HttpAnswer } from '../http';
import type { PlannedKey, PolicyChanges } from '../plan/plan';

/** What managers do for the company: policies, keys, staff. All of it through the API, as one who may. */

/** Publishes the policy that holds with these values changed, as a new version. */
export async function publish(changes: PolicyChanges, session: Session): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const [family, values] of Object.entries(changes)) {
    const current = await session.get(`/api/v1/policies/${family}`);
    const yaml = atPointer(current.json, '/yaml');
    if (typeof yaml !== 'string') {
      verdicts.push(outcome(`policy ${family}`, 'the policy that holds', current));
      continue;
    }
    const doc = parseDocument(yaml);
    for (const [path, value] of Object.entries(values)) doc.setIn(pathOf(path), value);
    const answer = await session.post(`/api/v1/policies/${family}/versions`, { yaml: doc.toString() });
    verdicts.push(outcome(`publish ${family}`, '2xx', answer));
  }
  return verdicts;
}

/** `ladders.default.rungs[1].after` */
function pathOf(path: string): (string | number)[] {
  return [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, name, index]) =>
    index === undefined ? (name ?? '') : Number(index),
  );
}

export async function makeKey(key: PlannedKey, session: Session): Promise<Verdict[]> {
  const { name, role, projects, staff, expiresAt } = key;
  const body = {
    label: name,
    role,
    projects: projects.length === 0 ? session.plan.projects.map(({ id }) => id) : [...projects],
    ...(staff === null ? {} : { staff }),
    ...(expiresAt === null ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
  };
  const answer = await session.post('/api/v1/api-keys', body);
  const plain = atPointer(answer.json, '/key');
  const id = atPointer(answer.json, '/apiKey/id');
  if (typeof plain === 'string') session.keys.set(name, plain);
  if (typeof id === 'string') session.saved.set(`key-id.${name}`, id);
  return [outcome(`make-key ${name}`, '2xx', answer)];
}

export async function revokeKey(name: string, session: Session): Promise<Verdict[]> {
  const id = session.saved.get(`key-id.${name}`) ?? '';
  const answer = await session.post(`/api/v1/api-keys/${id}/revoke`, null);
  return [outcome(`revoke-key ${name}`, '2xx', answer)];
}

export async function setActive(person: string, active: boolean, session: Session): Promise<Verdict[]> {
  const answer = await session.http.send({
    method: 'PATCH',
    path: `/api/v1/staff/${person}`,
    headers: { 'Content-Type': 'application/json', ...session.authorization(session.overseer) },
    body: Buffer.from(JSON.stringify({ active })),
  });
  return [outcome(`${active ? 'activate' : 'deactivate'} ${person}`, '2xx', answer)];
}

function outcome(what: string, expected: string, answer: HttpAnswer): Verdict {
  const ok = answer.status >= 200 && answer.status < 300;
  return { ok, what, expected, actual: `${answer.status}${ok ? '' : ` ${answer.text.slice(0, 300)}`}`, around: null };
}
