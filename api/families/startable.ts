import type { z } from 'zod';
import type { Role } from '../../domain/actor';
import type { OpenedRecord, Opening, TextRef } from '../../domain/event';
import type { Family } from '../../domain/family';
import type { FamilyPolicy } from '../../domain/policy';
import type { CaseState } from '../../domain/state';
import type { ProblemCode } from '../http/problem-codes';
import type { NewReport } from '../schemas/report';
import type { PlainText } from '../schemas/text';

/** What the opening of every family has, whatever was posted. */
export type CommonOpening = Pick<
  Opening,
  'no' | 'project' | 'mode' | 'policy' | 'rules' | 'reportedAt' | 'receivedAt' | 'by' | 'matter' | 'contact' | 'level'
> & { readonly record: OpenedRecord };

type Texts<T> = Readonly<Record<string, T | null>>;

/** How cases of one family are started over HTTP: `POST /api/v1/{path}`. */
export interface Startable<B extends NewReport = NewReport, O extends Opening = Opening> {
  readonly family: Family<CaseState, O>;
  readonly workflowType: string;
  /** `complaints` */
  readonly path: string;
  /** One of them, in English: `complaint` */
  readonly title: string;
  readonly body: z.ZodType<B> & z.ZodObject;
  /** Left out: staff and residents, as whatever is reported. */
  readonly startedBy?: readonly Role[];
  /** The family's own refusals of a start. */
  readonly refusals: readonly ProblemCode[];
  /** What a case can be about, by a published policy of the family; left out where open cases are not imported. */
  readonly subtypes?: (policy: FamilyPolicy) => readonly string[];
  /** Free texts beside the matter; they go into the vault. */
  readonly texts: (body: B) => Texts<PlainText>;
  readonly opening: (common: CommonOpening, body: B, texts: Texts<TextRef>) => O;
}

type Spec<B extends NewReport, O extends Opening> = Omit<Startable<B, O>, 'family' | 'body'> & {
  readonly family: { readonly name: string };
  readonly body: z.ZodObject;
};

/** A family that the routes can hold beside others; they only hand bodies, openings and states back to it. */
export function startable<B extends NewReport, O extends Opening>(spec: Spec<B, O>): Startable {
  return spec as unknown as Startable;
}
