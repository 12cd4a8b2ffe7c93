package ai.opencode.sandbox.attest.sbom;

/** The habits of those who write a package's licence. */
enum LicenceNotation {
  /** Words with spaces between them are several licences. */
  APK("LicenseRef-apk-"),

  /** Words with spaces between them are a sentence, such as {@code SEE LICENSE IN file}. */
  NPM("LicenseRef-npm-");

  private final String prefix;

  LicenceNotation(String prefix) {
    this.prefix = prefix;
  }

  /** Returns the beginning of the names of licences that the SPDX Licence List does not have. */
  String prefix() {
    return prefix;
  }
}
