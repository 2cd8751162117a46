import type { PlacesSpec } from '../../db/queries/company-places';
import type { Role } from '../../domain/actor';
import type { Instant } from '../../domain/instant';
import type { Check } from '../check/matcher';
import type { Refused } from '../format/requests';
import type { Json } from '../format/values';

/** A story that has been read and checked: every moment is an instant, every name is known. */
export interface Plan {
  readonly file: string;
  readonly title: string;
  readonly plays: readonly string[];
  /** Of the first project; every local time of the story is in it. */
  readonly zone: string;
  readonly begin: Instant;
  readonly projects: readonly PlannedProject[];
  readonly people: readonly Person[];
  readonly households: readonly PlannedHousehold[];
  /** Posts, zones, rosters and assets, by project. */
  readonly places: ReadonlyMap<string, PlacesSpec>;
  /** Changes of the policy that holds at the beginning. */
  readonly policy: PolicyChanges | null;
  readonly patienceMs: number;
  readonly steps: readonly PlannedStep[];
  readonly finally: readonly Check[];
}

export interface PlannedProject {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly department: string | null;
  /** null: all. */
  readonly projects: readonly string[] | null;
  readonly active: boolean;
}

export interface PlannedHousehold {
  readonly id: string;
  readonly project: string;
  readonly building: string;
  readonly unit: string | null;
  readonly room: string;
  readonly colour: 'red' | 'yellow' | 'green' | null;
  readonly residents: readonly { readonly id: string; readonly name: string; readonly phone: string | null }[];
}

/** Values by path, by family: `{ complaint: { 'clocks.urgent.acknowledge.limit': '10m' } }`. */
export type PolicyChanges = Readonly<Record<string, Readonly<Record<string, Json>>>>;

export interface PlannedStep {
  readonly line: number;
  readonly at: Instant;
  readonly name: string | null;
  readonly say: string | null;
  readonly action: Action | null;
  readonly then: readonly Check[];
}

export type Action =
  | { readonly kind: 'requests'; readonly requests: readonly PlannedRequest[]; readonly answers: Answers | null }
  | { readonly kind: 'servers'; readonly act: 'stop' | 'start' | 'kill'; readonly servers: readonly Server[] }
  | { readonly kind: 'lines'; readonly act: 'cut' | 'restore'; readonly lines: readonly Line[] }
  | { readonly kind: 'publish'; readonly changes: PolicyChanges }
  | { readonly kind: 'make-key'; readonly key: PlannedKey }
  | { readonly kind: 'revoke-key'; readonly name: string }
  | { readonly kind: 'activity'; readonly person: string; readonly active: boolean };

export type Server = 'worker' | 'api';
export type Line = 'database' | 'temporal';
/** Numbers by `201` or `409 code`. */
export type Answers = Readonly<Record<string, number>>;

export interface PlannedKey {
  readonly name: string;
  readonly role: Role;
  readonly projects: readonly string[];
  readonly staff: string | null;
  readonly expiresAt: Instant | null;
}

/** Bodies and paths may still hold `${…}`, which is put in when the request is made. */
export interface PlannedRequest {
  readonly line: number;
  /** As the timeline shows it. */
  readonly title: string;
  readonly actor: Actor;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly headers: Readonly<Record<string, string>>;
  readonly ifMatch: string | number | null;
  readonly times: number;
  readonly expected: ExpectedAnswer;
  readonly save: Readonly<Record<string, string>>;
  /** Name of the case that it starts. */
  readonly starts: string | null;
  /** Name of the case that it is about. */
  readonly about: string | null;
  /** Of an import: the names that cases get, by row. */
  readonly names?: ReadonlyMap<number, string>;
}

export type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly value: Json }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** A person, somebody with a key made in the story, or nobody. */
export type Actor =
  | { readonly kind: 'person'; readonly written: string; readonly id: string }
  | { readonly kind: 'key'; readonly written: string; readonly name: string }
  | { readonly kind: 'nobody'; readonly written: string };

export interface ExpectedAnswer {
  readonly refused: Refused | null;
  /** Exact; null is any 2xx. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, Json>>;
  readonly body: Json | undefined;
  readonly contains: readonly string[];
  readonly same: readonly string[];
}
