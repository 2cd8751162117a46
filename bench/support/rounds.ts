import { median } from './stats';

/** One way of doing it, ours or a floor; a round gives named figures. */
export type Side = (round: number) => Promise<Readonly<Record<string, number>>>;

export type Figures = Readonly<Record<string, number>>;

/**
 * Measures all sides in turn, so that whatever else the machine does meets each of them: A B, B A, A B.
 * @returns the median of each figure, by side.
 */
export async function interleaved<Name extends string>(
  count: number,
  sides: Readonly<Record<Name, Side>>,
): Promise<Record<Name, Figures>> {
  const names = Object.keys(sides) as Name[];
  const seen = Object.fromEntries(names.map((name) => [name, [] as Figures[]])) as Record<Name, Figures[]>;
  for (let round = 0; round < count; round += 1) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) seen[name].push(await sides[name](round));
  }
  const medians = names.map((name) => [name, medianOf(seen[name])] as const);
  return Object.fromEntries(medians) as Record<Name, Figures>;
}

function medianOf(rounds: readonly Figures[]): Figures {
  const keys = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(keys.map((key) => [key, median(rounds.map((round) => round[key] as number))]));
}
