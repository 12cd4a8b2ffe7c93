package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Reference;

/** The form of an image's name, by the OCI distribution specification. */
final class RepositoryName {

  private RepositoryName() {}

  static void require(String name) {
    if (!Reference.isRepository(name)) {
      throw new UsageException(
          "\""
              + name
              + "\" cannot name an image. Use lower-case letters, digits and single ., _ or -"
              + " between them.");
    }
  }
}
