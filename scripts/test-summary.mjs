// Prints what a jest run came to, from the JSON that jest itself wrote: `node scripts/test-summary.mjs <file>`.
// The last line is "N passed, N failed". A suite that could not run counts as a failure, and so does a skipped test:
// both would otherwise look like nothing. Ends non-zero on any failure, and when no test ran at all.
import { readFileSync } from 'node:fs';

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    console.error(`no result of jest in ${path}: ${error.message}`);
    process.exit(1);
  }
}

const { testResults, numPassedTests, numFailedTests, success } = read(process.argv[2]);
const broken = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
);
const skipped = testResults.flatMap(({ name, assertionResults }) =>
  assertionResults
    .filter(({ status }) => !['passed', 'failed'].includes(status))
    .map(({ fullName, status }) => `${status}: ${name}: ${fullName}`),
);
for (const { name } of broken) console.log(`could not run: ${name}`);
for (const line of skipped) console.log(line);
const failures = numFailedTests + broken.length + skipped.length;
console.log(`${numPassedTests} passed, ${failures} failed`);
process.exitCode = failures > 0 || numPassedTests === 0 || !success ? 1 : 0;
