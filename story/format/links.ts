import { LOCALES, type Locale } from '../../common/words';
import { MAX_LINK_DAYS } from '../../common/config-links';
import { oneOf, strict } from '../../common/policy/scalars';
import { report } from '../../common/policy/issues';
import { LINK_RIGHTS, RIGHT_OF, type LinkRight } from '../../domain/resident';
import type { z } from 'zod';
import { bool, count, either, isText, listOf, name } from './values';

/** Links for residents: made, opened, acted through, revoked (docs/stories.md "Links"). */

const named = name.transform((found) => ({ name: found }));

interface MadeLink {
  readonly name?: string | undefined;
  readonly days?: number | undefined;
  readonly rights?: readonly LinkRight[] | undefined;
}

interface OpenedLink {
  readonly name: string;
  readonly language?: Locale | undefined;
  readonly page?: boolean | undefined;
}

/** The keys of a step that is about a link. */
export const linkShape = {
  /** Makes one: its name, or more of it. */
  link: either(
    isText,
    named,
    strict({
      name: name.optional(),
      days: count(1, MAX_LINK_DAYS).optional(),
      /** All where it is left out. */
      rights: listOf(oneOf(LINK_RIGHTS, 'a right'), 'rights').optional(),
    }),
  )
    .transform((found): MadeLink => found)
    .optional(),
  /** Looks at what it shows. */
  'open-link': either(
    isText,
    named,
    strict({ name, language: oneOf(LOCALES, 'a language').optional(), page: bool.optional() }),
  )
    .transform((found): OpenedLink => found)
    .optional(),
  'revoke-link': name.optional(),
  /** With `do`: whoever has this link does it. */
  through: name.optional(),
};

export const LINK_ACTIONS = ['link', 'open-link', 'revoke-link'];

interface Linked {
  readonly do?: unknown;
  readonly through?: unknown;
  readonly link?: unknown;
  readonly 'open-link'?: unknown;
  readonly 'revoke-link'?: unknown;
}

/** What `through`, and looking, ask of the other keys. */
export function checkLinks(value: Linked, ctx: z.RefinementCtx): void {
  const others = value as Readonly<Record<string, unknown>>;
  const without = (why: string, ...keys: readonly string[]): void => {
    for (const key of keys) {
      if (others[key] !== undefined) report(ctx, 'contradiction', `no "${key}": ${why}`, { path: [key] });
    }
  };
  if (value.link !== undefined) without('a link can not be rehearsed', 'dry-run');
  if (value['open-link'] !== undefined) without('whoever has a link needs no key, and it is of one case', 'as', 'case');
  if (value['revoke-link'] !== undefined) without('a link is of one case', 'case');
  if (value.through === undefined) return;
  without('whoever has a link needs no key, and it is of one case', 'as', 'case', 'occurred', 'dry-run');
  const commands = Object.keys(RIGHT_OF);
  if (value.do === undefined) report(ctx, 'contradiction', '"do", which "through" belongs to', { path: ['through'] });
  else if (!commands.includes(String(value.do)))
    report(ctx, 'contradiction', `what can be done through a link: ${commands.join(', ')}`, { path: ['do'] });
}
