import { stackEnvironment } from '../../common/config';
import { serveMemory } from './memory';

/** worker/main.ts, and a port that tells how much memory it uses. */
serveMemory(Number(stackEnvironment().GUANJIA_BENCH_MEMORY_PORT));
import '../../worker/main';
