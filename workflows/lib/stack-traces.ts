/**
 * Of errors in the sandbox one frame is kept: the place where it was thrown. The SDK (1.24) makes a stack trace of every
 * promise, mapped to the sources and kept while the promise is pending, which no option switches off: with the ten frames
 * of Node it was a third of the workflow thread's time, and replaying a case took 1.3 times the CPU. None at all would
 * save another 7 %, and nobody could tell where a failed workflow task broke.
 */
Error.stackTraceLimit = 1;
