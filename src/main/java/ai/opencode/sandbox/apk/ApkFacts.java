package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.stability.Api;

/**
 * The facts about an Alpine package that describe it to others, such as a bill of materials.
 *
 * @param architecture Alpine's name of it, such as {@code x86_64}
 * @param licence as the packager wrote it, mostly an SPDX expression; empty if there is none
 * @param origin the name of the source package; empty if there is none
 * @param checksum of the control segment, which identifies the build
 */
@Api
public record ApkFacts(
    String name,
    String version,
    String architecture,
    String licence,
    String origin,
    Checksum checksum) {

  /** Returns {@code <name>-<version>}. */
  public String label() {
    return name + "-" + version;
  }
}
