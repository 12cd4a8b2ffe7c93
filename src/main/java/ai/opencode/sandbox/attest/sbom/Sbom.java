package ai.opencode.sandbox.attest.sbom;

import java.util.regex.Pattern;

/**
 * The documents of a bill of materials. They depend on the bill and on the program's version alone:
 * equal bills give equal bytes.
 *
 * @param program the name and version of this program, such as {@code opencode-sandbox-1.2.3}
 */
public record Sbom(String program) {

  private static final Pattern PROGRAM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,127}");

  public Sbom {
    if (!PROGRAM.matcher(program).matches()) {
      throw new IllegalArgumentException("\"" + program + "\" is not a program with its version");
    }
  }

  /**
   * Returns the program of a version.
   *
   * @param version the version; a text with other characters than those of versions, such as that
   *     of a program under development, is left out
   */
  public static Sbom ofProgram(String version) {
    String whole = "opencode-sandbox-" + version;
    return new Sbom(PROGRAM.matcher(whole).matches() ? whole : "opencode-sandbox");
  }

  /** Returns the SPDX 2.3 document of a bill, as JSON. */
  public byte[] spdx(SoftwareBill bill) {
    return new SpdxDocument(bill, program).bytes();
  }

  /** Returns the CycloneDX 1.6 document of a bill, as JSON. */
  public byte[] cyclonedx(SoftwareBill bill) {
    return new CycloneDxDocument(bill, program).bytes();
  }
}
