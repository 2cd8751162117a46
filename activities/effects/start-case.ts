import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { ApplicationFailure } from '@temporalio/common';
import type { Ids } from '../../common/ids';
import { findCase } from '../../db/queries/cases';
import { journalPage } from '../../db/queries/journal-read';
import { currentPolicy } from '../../db/queries/policies';
import type { Database } from '../../db/schema';
import { SYSTEM } from '../../domain/actor';
import type { EffectOf, OpenedRecord, Opening } from '../../domain/event';
import type { Instant } from '../../domain/instant';
import { RULES } from '../../domain/rules';
import type { EffectRequest } from '../../workflows/contracts/effect-request';
import type { EffectAnswer } from '../../workflows/contracts/effects';
import { STARTERS } from './starters';

export interface StartCaseDeps {
  readonly db: Kysely<Database>;
  readonly ids: Ids;
  /** The rules that it is opened under; left out: the newest. */
  readonly rules?: number;
}

type StartRequest = EffectRequest<EffectOf<'start-case'>>;

/**
 * Prepares a case that another one starts: the report, the place and the caller are those of the parent, everything
 * else is the family's own. Its number is a digest of what it is for, so it is started once.
 * @throws an error that is tried again while the parent is not in the read model yet.
 */
export async function startCase(deps: StartCaseDeps, request: StartRequest): Promise<EffectAnswer> {
  const { no: parent, effect, project, at } = request;
  const starter = STARTERS[effect.family];
  if (!starter) throw ApplicationFailure.nonRetryable(`no family ${effect.family}`);
  const [policy, report] = await Promise.all([
    currentPolicy(deps.db, effect.family),
    reportOf(deps.db, parent, effect.asset),
  ]);
  if (!policy) throw new Error(`no policy of ${effect.family} is published`);
  const key = starter.key({ request, record: report.record, openedAt: report.openedAt });
  const no = deps.ids.keyedCaseNumber(starter.letter, project.id, key);
  const opening: Opening = {
    no,
    project,
    mode: report.mode,
    policy: policy.document,
    rules: deps.rules ?? RULES,
    record: { ...report.record, source: 'live', rootCase: parent, repeatOf: null },
    matter: effect.note ?? report.matter,
    contact: report.contact,
    reportedAt: at,
    receivedAt: at,
    by: SYSTEM,
    type: null,
    subtype: effect.subtype,
    priority: null,
    level: null,
  };
  const startKey = createHash('sha256').update(`start/${key}`).digest('hex');
  const input = { opening: starter.open(opening), startKey, bodyHash: startKey };
  return {
    start: { workflowType: starter.workflowType, input },
    command: { name: 'link-case', data: { no, family: effect.family } },
  };
}

interface Report {
  readonly record: OpenedRecord;
  readonly matter: Opening['matter'];
  readonly contact: Opening['contact'];
  readonly mode: Opening['mode'];
  readonly openedAt: Instant;
}

async function reportOf(db: Kysely<Database>, no: string, asset: string | null): Promise<Report> {
  const [found, [first]] = await Promise.all([findCase(db, no), journalPage(db, no, { after: 0, limit: 1 })]);
  if (!found || first?.type !== 'received') throw new Error(`${no} is not in the read model yet`);
  const { data } = first;
  return {
    record: { ...data.record, asset: asset ?? data.record.asset },
    matter: data.matter,
    contact: data.contact,
    mode: found.mode,
    openedAt: first.at,
  };
}
