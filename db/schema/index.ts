import type * as company from './company';
import type * as project from './project';
import type * as department from './department';
import type * as staff from './staff';
import type * as staffRole from './staff-role';
import type * as household from './household';
import type * as resident from './resident';
import type * as residentFormer from './resident-former';
import type * as post from './post';
import type * as skill from './skill';
import type * as zone from './zone';
import type * as zoneBuilding from './zone-building';
import type * as staffTie from './staff-tie';
import type * as projectCalendar from './project-calendar';
import type * as rosterLine from './roster-line';
import type * as rosterOverride from './roster-override';
import type * as substitution from './substitution';
import type * as asset from './asset';
import type * as apiKey from './api-key';
import type * as externalIdentity from './external-identity';
import type * as vaultKey from './vault-key';
import type * as vaultText from './vault-text';
import type * as file from './file';
import type * as draft from './draft';
import type * as importRun from './import-run';
import type * as importRow from './import-row';
import type * as session from './session';
import type * as loginAttempt from './login-attempt';
import type * as residentLink from './resident-link';
import type * as erasure from './erasure';
import type * as policyVersion from './policy-version';
import type * as case_ from './case';
import type * as journal from './journal';
import type * as obligation from './obligation';
import type * as commandReceipt from './command-receipt';
import type * as notification from './notification';
import type * as contact from './contact';
import type * as endpoint from './endpoint';
import type * as delivery from './delivery';
import type * as changeFeed from './change-feed';
import type * as obligationFact from './obligation-fact';
import type * as caseFact from './case-fact';
import type * as segmentFact from './segment-fact';
import type * as attemptFact from './attempt-fact';
import type * as timerFact from './timer-fact';
import type * as auditLog from './audit-log';
import type * as projectionFinding from './projection-finding';

/** Every table, as Kysely wants it. */
export type Database = company.PartialDB &
  project.PartialDB &
  department.PartialDB &
  staff.PartialDB &
  staffRole.PartialDB &
  household.PartialDB &
  resident.PartialDB &
  residentFormer.PartialDB &
  post.PartialDB &
  skill.PartialDB &
  zone.PartialDB &
  zoneBuilding.PartialDB &
  staffTie.PartialDB &
  projectCalendar.PartialDB &
  rosterLine.PartialDB &
  rosterOverride.PartialDB &
  substitution.PartialDB &
  asset.PartialDB &
  apiKey.PartialDB &
  externalIdentity.PartialDB &
  vaultKey.PartialDB &
  vaultText.PartialDB &
  file.PartialDB &
  draft.PartialDB &
  importRun.PartialDB &
  importRow.PartialDB &
  session.PartialDB &
  loginAttempt.PartialDB &
  residentLink.PartialDB &
  erasure.PartialDB &
  policyVersion.PartialDB &
  case_.PartialDB &
  journal.PartialDB &
  obligation.PartialDB &
  commandReceipt.PartialDB &
  notification.PartialDB &
  contact.PartialDB &
  endpoint.PartialDB &
  delivery.PartialDB &
  changeFeed.PartialDB &
  obligationFact.PartialDB &
  caseFact.PartialDB &
  segmentFact.PartialDB &
  attemptFact.PartialDB &
  timerFact.PartialDB &
  auditLog.PartialDB &
  projectionFinding.PartialDB;
