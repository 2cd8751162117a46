import { makeBundle } from '../../worker/bundle';
import type { Rule } from '../../domain/rules';
import { patches } from '../../workflows/lib/patches';

type Bundle = { readonly code: string };

/** Where the workflow code asks whether a case goes a new way. */
const question = (name: keyof typeof patches): RegExp =>
  new RegExp(`\\(0,\\s*\\w+\\.patched\\)\\(\\w+\\.patches\\.${name}\\)`, 'g');

function answered(code: string, name: keyof typeof patches, answer: boolean): string {
  if (code.match(question(name))?.length !== 1) throw new Error(`${name} is not asked for exactly once`);
  return code.replace(question(name), String(answer));
}

/** The workflow code as it was before an urgent message overtook, or as it would be with that and without the patch. */
export async function withoutPatch(change: 'before the change' | 'with the change'): Promise<Bundle> {
  const { code } = await makeBundle();
  return { code: answered(code, 'urgentOvertakes', change === 'with the change') };
}

/** A rule of the case loop, to which every case comes. */
const OF_THE_LOOP: Rule = 'timers-start-when-all-is-written';

/** The workflow code as if each case followed the other rules: the former ones where it has the new, and so on. */
export async function otherRules(of: 'the domain' | 'the loop'): Promise<Bundle> {
  const { code } = await makeBundle();
  const asked = /rules >= SINCE\[rule\]/g;
  if (code.match(asked)?.length !== 1) throw new Error('rules are not asked for in exactly one place');
  const isOther = `(rule === '${OF_THE_LOOP}') === ${of === 'the loop'}`;
  return { code: code.replace(asked, `(rules >= SINCE[rule]) !== (${isOther})`) };
}

/** The workflow code without any patch: as 0.1 had it. */
export async function formerRelease(): Promise<Bundle> {
  const { code } = await makeBundle();
  const names = Object.keys(patches) as (keyof typeof patches)[];
  return { code: names.reduce((changed, name) => answered(changed, name, false), code) };
}
