package ai.opencode.sandbox.egress;

import java.io.IOException;

/** Signals an HTTP message that is malformed, or that two programs could read differently. */
final class MalformedMessageException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String defect;

  /**
   * Creates an exception.
   *
   * @param defect a clause that describes the defect, for the log; without any text of the message,
   *     which may be hostile
   */
  MalformedMessageException(String defect) {
    super(defect);
    this.defect = defect;
  }

  String defect() {
    return defect;
  }
}
