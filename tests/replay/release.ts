import { makeBundle } from '../../worker/bundle';

/** Where the workflow code asks whether a case goes the new way. */
const QUESTION = /\(0,\s*\w+\.patched\)\(\w+\.patches\.urgentOvertakes\)/g;

/** The workflow code as it was before the patch, or as it would be with the change and without the patch. */
export async function withoutPatch(
  change: 'before the change' | 'with the change',
): Promise<{ readonly code: string }> {
  const { code } = await makeBundle();
  if (code.match(QUESTION)?.length !== 1) throw new Error('the patch is not asked for exactly once');
  return { code: code.replace(QUESTION, String(change === 'with the change')) };
}
