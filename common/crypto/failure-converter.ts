import { DefaultFailureConverter } from '@temporalio/common';

type Convert = DefaultFailureConverter['errorToFailureInner'];

/**
 * Moves message and stack trace of every failure into a payload, which the codec then encrypts. The `type` of an
 * ApplicationFailure stays readable: it is a code, never text.
 */
class EncodedFailureConverter extends DefaultFailureConverter {
  /**
   * The base class writes "Encoded failure" into the failure object that a received error carries with it, so a second
   * conversion of the same error would lose its message. A copy keeps the original whole.
   */
  override errorToFailureInner(...args: Parameters<Convert>): ReturnType<Convert> {
    return { ...super.errorToFailureInner(...args) };
  }
}

/**
 * Found by this name through `DataConverter.failureConverterPath`. It is bundled into the workflow sandbox too, so this
 * file imports nothing but @temporalio/common.
 */
export const failureConverter = new EncodedFailureConverter({ encodeCommonAttributes: true });
