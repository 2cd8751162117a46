import type { PayloadCodec } from '@temporalio/common';
import type { Clock } from '../common/clock';
import type { BlindIndex } from '../common/crypto/blind-index';
import type { LinkTokens } from '../common/crypto/link-token';
import type { LinksConfig } from '../common/config-links';
import type { Sealer } from '../common/crypto/sealer';
import type { Ids } from '../common/ids';
import type { Logger } from '../common/logger';
import type { Metrics } from '../common/metrics';
import type { OutboundRules } from '../common/outbound';
import type { Tracer } from '../common/telemetry';
import type { DatabaseHandle } from '../db/database';
import type { Tokens } from './auth/tokens';
import type { Directory } from './directory';
import type { Engine } from './engine';
import type { Reads } from './reads';
import type { FileStore } from '../common/files/file-store';
import type { CursorCodec } from './http/cursor';

/** Everything the routes are made of. Nothing here is global, so that a story can hand in its own clock and servers. */
export interface ApiDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly database: DatabaseHandle;
  /** What commands ask of the database on their way goes through here. */
  readonly reads: Reads;
  readonly engine: Engine;
  readonly directory: Directory;
  readonly sealer: Sealer;
  readonly blindIndex: BlindIndex;
  readonly cursors: CursorCodec;
  readonly codec: PayloadCodec;
  readonly files: FileStore;
  /** Bytes of one file. */
  readonly maxFileBytes: number;
  /** How often somebody may see personal data in the clear, in an hour. */
  readonly unmasksPerHour: number;
  /** The rules that new cases are opened under; left out: the newest. */
  readonly rules?: number;
  /** Links for residents. */
  readonly links: LinksConfig;
  readonly linkTokens: LinkTokens;
  /** Null: the company has no identity provider, and API keys alone are taken. */
  readonly tokens: Tokens | null;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Where messages may be posted to; left out: to every public https address. */
  readonly outbound?: OutboundRules;
  /** Null or left out: no traces are kept. */
  readonly tracer?: Tracer | null;
  /** Where a person opens the Temporal Web UI; null where none is known. */
  readonly temporalUiUrl: string | null;
  readonly temporalNamespace: string;
  /** Asks Temporal whether it answers; rejects when not. */
  readonly pingTemporal: () => Promise<void>;
}
