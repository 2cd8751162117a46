import { z } from 'zod';
import { SUPERVISORS } from '../../domain/actor';
import { standardRevision } from '../../domain/standard-revision';
import type { RevisionPolicy } from '../../domain/standard-revision/policy';
import type { RevisionOpening } from '../../domain/standard-revision/state';
import { report } from '../schemas/report';
import { code } from '../schemas/text';
import { startable } from './startable';

const { project, channel, matter, reportedAt, place } = report;

/** `POST /api/v1/standard-revisions` (CMP-082): which standard has a gap, for what asset or place. */
export const newRevision = z
  .strictObject({
    ...{ project, channel, matter, reportedAt, place },
    /** The fault that shows the gap: `lift_fault`. */
    subtype: code().optional(),
  })
  .meta({ id: 'NewStandardRevision' });

export const revisionFamily = startable<z.output<typeof newRevision>, RevisionOpening>({
  family: standardRevision,
  workflowType: 'standardRevisionWorkflow',
  path: 'standard-revisions',
  title: 'revision',
  body: newRevision,
  startedBy: [...SUPERVISORS, 'quality'],
  refusals: [],
  texts: () => ({}),
  opening: (common, { subtype = null }) => ({
    ...common,
    // The document of this family was checked by its schema when it was published.
    policy: common.policy as RevisionPolicy,
    type: null,
    subtype,
    priority: null,
  }),
});
