/** `npm start`: servers, worker and API in one go, until Ctrl-C. */
import { extname, resolve } from 'node:path';
import { runStack } from './run';

const compiled = extname(__filename) === '.js';
void runStack({ root: resolve(__dirname, compiled ? '../..' : '..'), compiled });
