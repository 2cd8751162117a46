import type { Check } from './evidence';

/** I8: every process lives or was started again, fails in no unforeseen way, and `/readyz` tells the truth. */
export const processesTellTheTruth: Check = ({ log, truths, falls }) => {
  const wrong = falls.map((fall) => `it ended by itself: ${fall}`);
  for (const { url, askedAt, answeredAt, status } of log.ready) {
    const truth = truths.find(({ from, to }) => from <= askedAt && answeredAt <= to);
    // An API that is down says nothing; whether it lives is another question.
    if (truth && status !== null && status !== truth.status) {
      wrong.push(`${url}/readyz said ${status} at ${new Date(askedAt).toISOString()}, ${truth.status} was so`);
    }
  }
  for (const { no, name, failures } of log.entries) {
    const broken = failures.find((failure) => failure.startsWith('500'));
    if (broken) wrong.push(`${no ?? 'a start'} ${name} was answered ${broken}`);
  }
  return wrong;
};
