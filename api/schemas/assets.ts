import { z } from 'zod';
import { pageOf } from '../paging';
import { at, atOrNull, departmentId, projectId } from './parts';
import { buildingName, localDate, plainName } from './places';

/** What is looked after, and its file. */

/** Those that it can be; removed is what DELETE does. */
export const ASSET_STATES = ['in-service', 'out-of-service', 'removed'] as const;
export const assetState = z.enum(ASSET_STATES).meta({ id: 'AssetState' });

const unset = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);
const givenState = z.enum(['in-service', 'out-of-service']).meta({ id: 'AssetStateInput' });

export const newAsset = z
  .strictObject({
    /** The word that cases use, of the whole company: `lift-3-2`. Left out: one is made. */
    id: departmentId.optional(),
    project: projectId,
    /** lift, pump, door, light, hydrant … */
    kind: departmentId,
    name: plainName,
    building: unset(buildingName),
    unit: unset(buildingName),
    /** Left out: the zone of its building. */
    zone: unset(departmentId),
    inServiceSince: unset(localDate),
    state: givenState.default('in-service'),
  })
  .meta({ id: 'NewAsset' });

/** What is left out stays as it is. */
export const assetChange = z
  .strictObject({
    kind: departmentId,
    name: plainName,
    building: buildingName.nullable(),
    unit: buildingName.nullable(),
    zone: departmentId.nullable(),
    inServiceSince: localDate.nullable(),
    state: givenState,
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, { message: 'at least one field' })
  .meta({ id: 'AssetChange' });

export const asset = z
  .object({
    id: z.string(),
    project: z.string(),
    kind: z.string(),
    name: z.string(),
    building: z.string().nullable(),
    unit: z.string().nullable(),
    zone: z.string().nullable(),
    inServiceSince: z.string().nullable(),
    state: assetState,
  })
  .meta({ id: 'Asset' });

export const assetList = pageOf(asset, 'AssetList');

export const assetFile = pageOf(
  z
    .object({
      kind: z.enum(['case', 'revision']).meta({ id: 'AssetFileKind' }),
      at: at.describe('When the case was received, or the ledger changed'),
      /** Number of the case, also of one that revised a cadence; of a change of the ledger that of its audit entry. */
      ref: z.string(),
      family: z.string().nullable(),
      subtype: z.string().nullable(),
      stage: z.string().nullable(),
      closedAt: atOrNull,
      action: z.string().nullable(),
      actor: z.string().nullable(),
      details: z.record(z.string(), z.unknown()).nullable(),
    })
    .meta({ id: 'AssetFileEntry' }),
  'AssetFile',
);
