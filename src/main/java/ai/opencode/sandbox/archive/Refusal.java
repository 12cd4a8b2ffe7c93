package ai.opencode.sandbox.archive;

import ai.opencode.sandbox.failure.VerificationException;

/** The words for what is wrong with an archive, to which its name and the place are added. */
interface Refusal {
  VerificationException of(String what);
}
