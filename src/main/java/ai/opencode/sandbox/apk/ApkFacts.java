package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.stability.Api;

/**
 * The description of an installed Alpine package, for instance for a bill of materials.
 *
 * @param name the package's name
 * @param version the package's version, such as {@code 1.2.3-r0}
 * @param architecture Alpine's name of the architecture, such as {@code x86_64}
 * @param licence the licence that the packager wrote, mostly an SPDX expression; empty if there is
 *     none
 * @param origin the name of the source package; empty if there is none
 * @param checksum the checksum of the package's control segment, which identifies the build
 * @param description the packager's words about the package; empty if there are none
 * @param homepage the address of the software's site, as the packager wrote it; empty if there is
 *     none
 * @param maintainer the packager, mostly as {@code NAME <MAIL>}; empty if there is none
 */
@Api
public record ApkFacts(
    String name,
    ApkVersion version,
    String architecture,
    String licence,
    String origin,
    Checksum checksum,
    String description,
    String homepage,
    String maintainer) {

  /** Returns {@code <name>-<version>}. */
  public String label() {
    return new PackageLabel(name, version).toString();
  }
}
