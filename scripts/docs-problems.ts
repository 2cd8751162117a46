/** `npm run docs:problems`: docs/problems.md from the table of refusals that the API itself uses. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemsMarkdown } from '../api/http/docs';

export const PROBLEMS_FILE = join(__dirname, '..', 'docs', 'problems.md');

if (require.main === module) writeFileSync(PROBLEMS_FILE, problemsMarkdown());
