import type { Kysely } from 'kysely';
import { z } from 'zod';
import { normaliseName } from '../../common/crypto/blind-index';
import { listStaff } from '../../db/queries/directory';
import type { RowError } from '../../db/queries/imports';
import type { Database } from '../../db/schema';
import { personName } from '../schemas/parts';
import { textsOf } from '../resources/texts';
import type { Found } from './entries';
import type { Work } from './kind';

/**
 * The id that a staff number stands for. Keyed, so that ids don't tell numbers; the company's and not the project's: he
 * is the same person everywhere.
 */
export const idOfNumber = ({ deps: { blindIndex }, project }: Work, number: string): string =>
  `s-${blindIndex.identity(`staff-number/${project.company}`, number).slice(0, 16)}`;

/** Staff number, id or name of a colleague. */
export const said = z.string().min(1).max(80);

/** The columns by which a row says who it is about. */
export const whoColumns = { staff: said.optional(), name: personName.optional() };
type Who = z.output<z.ZodObject<typeof whoColumns>>;

export const isSomebody = ({ staff, name }: Who): boolean => (staff ?? name) !== undefined;
export const somebody = () => ({ message: 'a staff number, an id or a name', path: ['staff'] });

/** The colleagues of a project, as a ledger says them. */
export class People {
  private constructor(
    private readonly work: Work,
    /** By id, as it is compared. */
    private readonly names: ReadonlyMap<string, string>,
    /** Who may be said by his name: those who have not left. */
    private readonly idsByName: ReadonlyMap<string, readonly string[]>,
  ) {}

  static async of(work: Work, trx: Kysely<Database>): Promise<People> {
    const members = await listStaff(trx, { projects: [work.project.id] });
    const texts = await textsOf(
      work.deps,
      members.map(({ nameRef }) => nameRef),
    );
    const names = new Map(members.map(({ id, nameRef }) => [id, normaliseName(texts.get(nameRef) ?? '')]));
    const active = members.filter((member) => member.active);
    const idsByName = new Map<string, string[]>();
    for (const { id } of active) {
      const name = names.get(id) ?? '';
      idsByName.set(name, [...(idsByName.get(name) ?? []), id]);
    }
    return new People(work, names, idsByName);
  }

  /** @param field where it stands. */
  find(text: string, field: string): Found {
    const id = [text, idOfNumber(this.work, text)].find((each) => this.names.has(each));
    if (id !== undefined) return { id, error: null };
    const [named, another] = this.idsByName.get(normaliseName(text)) ?? [];
    if (named !== undefined && another === undefined) return { id: named, error: null };
    const wrong = named === undefined ? UNKNOWN : AMBIGUOUS;
    return { id: undefined, error: { field, ...wrong } };
  }

  /** Of a row that says a number, a name, or both; then they must be of the same person. */
  who({ staff, name }: Who): Found {
    const found = this.find(staff ?? name ?? '', staff === undefined ? 'name' : 'staff');
    const isSame = found.id === undefined || name === undefined || this.names.get(found.id) === normaliseName(name);
    return isSame ? found : { id: undefined, error: OTHERWISE_CALLED };
  }
}

const UNKNOWN = { code: 'staff-unknown', expected: 'staff number, id or name of a colleague in the project' };
const AMBIGUOUS = { code: 'name-ambiguous', expected: 'a staff number: several have this name' };
const OTHERWISE_CALLED: RowError = {
  ...{ field: 'name', code: 'contradiction', expected: 'the name of whoever has the staff number' },
};
