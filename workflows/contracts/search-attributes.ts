import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/**
 * Typed search attributes of a case. They bypass the codec, so they hold ids and codes, never personal data. Lists come
 * from PostgreSQL; these serve the Temporal Web UI and the auditor.
 */
export const searchAttributes = {
  project: defineSearchAttributeKey('GuanjiaProject', SearchAttributeType.KEYWORD),
  family: defineSearchAttributeKey('GuanjiaFamily', SearchAttributeType.KEYWORD),
  stage: defineSearchAttributeKey('GuanjiaStage', SearchAttributeType.KEYWORD),
  priority: defineSearchAttributeKey('GuanjiaPriority', SearchAttributeType.KEYWORD),
} as const;
