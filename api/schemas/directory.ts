import { z } from 'zod';
import { pageOf } from '../paging';
import { at, careColour, departmentId, personName, projectId, staffRole, subjectId } from './parts';
import { email } from './delivery';
import { movedCase } from './handovers';
import { language, text } from './text';
import { role } from './views';

/** Projects, staff, homes and who lives there. */

const department = z.object({ id: z.string(), name: z.string() }).meta({ id: 'Department' });

export const project = z
  .object({ id: z.string(), name: z.string(), zone: z.string(), departments: z.array(department) })
  .meta({ id: 'Project' });

export const projectList = z.object({ items: z.array(project), total: z.int(), asOf: at }).meta({ id: 'ProjectList' });

export const heldRole = z.object({ project: z.string(), role }).meta({
  id: 'HeldRole',
  description: 'A role in a project; * is every project',
});

export const staffMember = z
  .object({
    id: z.string(),
    /** null where it was deleted. */
    name: z.string().nullable(),
    department: z.string().nullable(),
    active: z.boolean(),
    /** In the caller's projects. */
    roles: z.array(heldRole),
  })
  .meta({ id: 'StaffMember' });

export const changedMember = staffMember
  .extend({
    /** Of somebody who left: what became of each case in which he owed something. */
    handedOver: z.array(movedCase),
  })
  .meta({ id: 'ChangedStaffMember' });

export const staffList = pageOf(staffMember, 'StaffList');

const givenRoles = z
  .array(z.strictObject({ project: z.union([z.literal('*'), projectId]), role: staffRole }).meta({ id: 'RoleInput' }))
  .max(100);

export const newStaff = z
  .strictObject({ name: personName, department: departmentId.nullish(), roles: givenRoles.min(1) })
  .meta({ id: 'NewStaff' });

export const staffChange = z
  .strictObject({
    name: personName.optional(),
    department: departmentId.nullable().optional(),
    /** False: nothing is sent to him any more, and his keys are refused. */
    active: z.boolean().optional(),
    /** All his roles in the caller's projects from now on; those in other projects stay as they are. */
    roles: givenRoles.optional(),
    /** Who leaves: whoever takes what he owes, and why. */
    handOverTo: subjectId.optional(),
    handOverReason: text().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, { message: 'at least one field' })
  .refine(({ handOverTo, handOverReason }) => (handOverTo === undefined) === (handOverReason === undefined), {
    message: 'together with handOverTo',
    path: ['handOverReason'],
  })
  .refine(({ active, handOverTo }) => handOverTo === undefined || active === false, {
    message: 'with active: false only',
    path: ['handOverTo'],
  })
  .meta({ id: 'StaffChange' });

const resident = z
  .object({ id: z.string(), name: z.string().nullable(), phone: z.string().nullable() })
  .meta({ id: 'Resident', description: 'Masked, unless it was unmasked with a reason; [erased] after an erasure' });

/** What is kept of a resident. */
const residentData = {
  id: z.string(),
  household: z.string(),
  project: z.string(),
  name: z.string().nullable(),
  phone: z.string().nullable(),
  email: z.string().nullable().meta({ description: 'null: mail does not reach him' }),
  language: language.nullable().meta({ description: 'null: zh-CN' }),
};

const home = {
  id: z.string(),
  project: z.string(),
  building: z.string(),
  unit: z.string().nullable(),
  room: z.string().nullable(),
  careColour: careColour.nullable(),
  /** Home in another project where its people live now. */
  movedTo: z.string().nullable(),
  residents: z.array(resident),
};

export const household = z
  .object(home)
  .meta({ id: 'Household', description: 'Room 3-2-***, phone 138****0012, name 张**' });
export const householdList = pageOf(household, 'HouseholdList');

const roomText = z.string().trim().min(1).max(40).meta({ description: 'As people write it; kept encrypted' });
const phoneText = z
  .string()
  .trim()
  .max(30)
  .regex(/^[0-9+()#*xX转 -]{3,30}$/, 'a telephone number')
  .meta({ description: 'Kept encrypted' });
const place = z.string().trim().min(1).max(40);

export const newResident = z.strictObject({ name: personName, phone: phoneText.nullish() }).meta({ id: 'NewResident' });

export const residentChange = z
  .strictObject({
    name: personName.optional(),
    phone: phoneText.nullable().optional().meta({ description: 'Kept encrypted; null: he has none' }),
    email: email.nullable().optional(),
    language: language.nullable().optional().meta({ description: 'null: zh-CN' }),
  })
  .refine((change) => Object.keys(change).length > 0, { message: 'at least one field' })
  .meta({ id: 'ResidentChange', description: 'What is left out stays as it is' });

export const newHousehold = z
  .strictObject({
    project: projectId,
    building: place,
    unit: place.nullish(),
    room: roomText,
    careColour: careColour.nullish(),
    residents: z.array(newResident).max(20).default([]),
  })
  .meta({ id: 'NewHousehold' });

export const movingHome = z
  .strictObject({ project: projectId, building: place, unit: place.nullish(), room: roomText })
  .meta({ id: 'MovingHousehold', description: 'Where its people live now' });

export const movedHome = z
  .object({
    home: household,
    /** The home that they left. */
    movedFrom: z.string(),
    /** Cases of the old home that stay open in its project. */
    openCases: z.array(z.string()),
  })
  .meta({ id: 'MovedHousehold' });

export const householdChange = z.strictObject({ careColour: careColour.nullable() }).meta({ id: 'HouseholdChange' });

export const lookup = z
  .strictObject({
    project: projectId,
    room: roomText.optional(),
    phone: phoneText.optional(),
    name: personName.optional(),
    initials: z
      .string()
      .max(12)
      .regex(/^[A-Za-z]{2,12}$/, 'the first letters of a Chinese name')
      .optional(),
  })
  .refine(({ project: _, ...wanted }) => Object.values(wanted).some((text) => text !== undefined), {
    message: 'room, phone, name or initials; what is given must all fit',
  })
  .meta({ id: 'Lookup' });

const foundHousehold = z
  .object({ ...home, cases: z.array(z.string()).meta({ description: 'Numbers of its open cases, newest first' }) })
  .meta({ id: 'FoundHousehold' });

export const lookupResult = z
  .object({ items: z.array(foundHousehold), total: z.int(), asOf: at })
  .meta({ id: 'LookupResult' });

const UNMASK_REASONS = [
  'call-back',
  'visit',
  'caller-identity',
  'emergency',
  'care',
  'correction',
  'quality-check',
] as const;

export const unmasking = z
  .strictObject({
    reason: z
      .enum(UNMASK_REASONS)
      .meta({ id: 'UnmaskReason', description: 'A code: the audit log holds no free text' }),
    case: z.string().max(20).optional(),
  })
  .meta({ id: 'Unmasking' });

export const unmasked = z
  .object({ ...home, until: at.describe('Mask it again at this instant') })
  .meta({ id: 'UnmaskedHousehold' });

export const correctedResident = z
  .object(residentData)
  .meta({ id: 'CorrectedResident', description: 'Masked: phone 138****0012, name 张**, email z***@example.com' });

export const unmaskedSubject = z
  .object({
    ...residentData,
    until: at.describe('Mask it again at this instant'),
  })
  .meta({ id: 'UnmaskedSubject', description: '[erased] after an erasure' });

const ERASE_REASONS = ['requested', 'moved-out', 'retention', 'ordered'] as const;

export const erasing = z
  .strictObject({
    reason: z.enum(ERASE_REASONS).meta({ id: 'EraseReason', description: 'A code: the audit log holds no free text' }),
    /** Further cases that he reported: from another telephone, or at the desk. */
    cases: z.array(z.string().max(20)).max(200).default([]),
  })
  .meta({ id: 'Erasing' });

export const erased = z
  .object({
    id: z.string(),
    /** Numbers of the cases whose texts went with him. */
    cases: z.array(z.string()),
    erasedAt: at.describe('The first time'),
  })
  .meta({ id: 'Erased' });
