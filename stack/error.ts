/** Something that the person who started the stack can act on: the message says what to do, no stack is needed. */
export class StackError extends Error {
  override readonly name: string = 'StackError';
}
