import { engineProperties } from '../properties';
import { REPAIRS } from './model';

describe('a repair', () => {
  engineProperties(REPAIRS, 4);
});
