package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.stability.Api;

/**
 * The description of an installed Alpine package, for instance for a bill of materials.
 *
 * @param name the package's name
 * @param version the package's version, such as {@code 1.2.3-r0}
 * @param architecture Alpine's name of the architecture, such as {@code x86_64}
 * @param checksum the checksum of the package's control segment, which identifies the build
 * @param about the packager's words about it
 */
@Api
public record ApkFacts(
    String name, ApkVersion version, String architecture, Checksum checksum, About about) {

  /**
   * The words of a packager about a package.
   *
   * @param licence the licence, mostly an SPDX expression; empty if there is none
   * @param origin the name of the source package; empty if there is none
   * @param description the words about the package; empty if there are none
   * @param homepage the address of the software's site; empty if there is none
   * @param maintainer the packager, mostly as {@code NAME <MAIL>}; empty if there is none
   */
  public record About(
      String licence, String origin, String description, String homepage, String maintainer) {

    /** Nothing is known. */
    public static final About NOTHING = new About("", "", "", "", "");
  }

  public String licence() {
    return about.licence;
  }

  public String origin() {
    return about.origin;
  }

  public String description() {
    return about.description;
  }

  public String homepage() {
    return about.homepage;
  }

  public String maintainer() {
    return about.maintainer;
  }

  /** Returns {@code <name>-<version>}. */
  public String label() {
    return new PackageLabel(name, version).toString();
  }
}
