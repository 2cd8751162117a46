import { COMPLAINTS } from './model';
import { engineProperties } from './properties';

describe('a complaint', () => {
  engineProperties(COMPLAINTS, 5);
});
