package ai.opencode.sandbox.egress;

import java.io.IOException;

/** Signals a message of HTTP that is malformed, or that programs could read differently. */
final class MalformedMessageException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String defect;

  /**
   * @param defect a clause without anything from the message, because it is logged
   */
  MalformedMessageException(String defect) {
    super(defect);
    this.defect = defect;
  }

  String defect() {
    return defect;
  }
}
