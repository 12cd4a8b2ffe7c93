package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.failure.ServerAddress;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;

/**
 * The place of a repository: an address, or a directory of this machine.
 *
 * @param text the address or directory, without the architecture
 */
@Api
public record RepositoryLocation(String text) implements Comparable<RepositoryLocation> {

  /**
   * Checks that there is a text.
   *
   * @throws UsageException if it is empty
   */
  public RepositoryLocation {
    if (text.isEmpty()) {
      throw new UsageException(
          "A repository has no address. Write one such as https://apk.acme.example/v1.");
    }
  }

  /** Returns whether the repository is on a server, not in a directory of this machine. */
  public boolean isAddress() {
    return ServerAddress.isWeb(text);
  }

  /**
   * Returns the address or path of its index.
   *
   * @param architecture Alpine's name of the architecture, such as {@code x86_64}
   */
  public String index(String architecture) {
    return file(architecture, "APKINDEX.tar.gz");
  }

  /**
   * Returns the address or path of a file in it.
   *
   * @param architecture Alpine's name of the architecture, such as {@code x86_64}
   */
  public String file(String architecture, String name) {
    return text + (text.endsWith("/") ? "" : "/") + architecture + "/" + name;
  }

  @Override
  public int compareTo(RepositoryLocation other) {
    return text.compareTo(other.text);
  }

  /** Returns the address or directory as it is written. */
  @Override
  public String toString() {
    return text;
  }
}
