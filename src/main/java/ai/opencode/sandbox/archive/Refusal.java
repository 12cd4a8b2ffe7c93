package ai.opencode.sandbox.archive;

import ai.opencode.sandbox.failure.VerificationException;

/**
 * A factory of exceptions for a malformed archive. It adds the archive's name and the offset to a
 * description of the defect.
 */
interface Refusal {
  VerificationException of(String what);
}
