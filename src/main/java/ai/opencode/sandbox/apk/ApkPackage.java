package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.failure.VerificationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an index or the installed database says about a package, field by field in apk's notation
 * ({@code P:}, {@code V:}, …). Fields are kept as text in the order in which they stood, so that a
 * record is written back byte for byte; the ones that mean something to us have an accessor.
 */
public final class ApkPackage {

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._+:/@-]*");

  /** Fields that hold what the package is, in the order in which apk writes them. */
  private static final String NUMBERS = "SItkq";

  private static final String ORDER = "CPVASITULomtckDpigrqsf";

  private final Map<Character, String> fields;
  private final ApkVersion version;
  private final List<Dependency> depends;
  private final List<Provide> provides;
  private final List<Dependency> installIf;

  private ApkPackage(Map<Character, String> fields) {
    this.fields = fields;
    this.version = ApkVersion.of(field('V'));
    this.depends = Dependency.listOf(field('D'));
    this.provides = provides(field('p'));
    this.installIf = Dependency.listOf(field('i'));
  }

  /**
   * Takes the fields of one record.
   *
   * @throws VerificationException where name, version or checksum are missing or malformed
   */
  static ApkPackage of(Map<Character, String> fields, String source) {
    String name = fields.getOrDefault('P', "");
    String version = fields.getOrDefault('V', "");
    if (!NAME.matcher(name).matches() || name.contains("..")) {
      throw new VerificationException(source + ": a package with the name \"" + name + "\"");
    }
    if (version.isEmpty() || !version.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/')) {
      throw new VerificationException(
          source + ": the package " + name + " with the version \"" + version + "\"");
    }
    for (int i = 0; i < NUMBERS.length(); i++) {
      char number = NUMBERS.charAt(i);
      String value = fields.getOrDefault(number, "0");
      if (value.isEmpty()
          || value.length() > 18
          || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
        throw new VerificationException(
            source
                + ": the field "
                + number
                + " of "
                + name
                + " is \""
                + value
                + "\", not a number");
      }
    }
    return new ApkPackage(new LinkedHashMap<>(fields));
  }

  public static Builder named(String name, String version) {
    return new Builder().with('P', name).with('V', version);
  }

  public String name() {
    return field('P');
  }

  public ApkVersion version() {
    return version;
  }

  public String architecture() {
    return field('A');
  }

  /** Identifies the build: SHA-1 of the compressed control segment. */
  public Checksum checksum() {
    return Checksum.of(field('C'));
  }

  /** Bytes of the package file. */
  public long size() {
    return number('S');
  }

  /** Bytes that it takes when installed, as the packager counted them. */
  public long installedSize() {
    return number('I');
  }

  /** When it was built, seconds since 1970. */
  public long buildSeconds() {
    return number('t');
  }

  public String origin() {
    return field('o');
  }

  public int providerPriority() {
    return (int) Math.min(number('k'), Integer.MAX_VALUE);
  }

  public int replacesPriority() {
    return (int) Math.min(number('q'), Integer.MAX_VALUE);
  }

  public List<Dependency> depends() {
    return depends;
  }

  public List<Provide> provides() {
    return provides;
  }

  /** All of these being chosen makes apk choose this package too; empty for most packages. */
  public List<Dependency> installIf() {
    return installIf;
  }

  /** Whose files this package may take over. */
  public List<Dependency> replaces() {
    return Dependency.listOf(field('r'));
  }

  /** {@code <name>-<version>.apk}: the file's name in a repository. */
  public String fileName() {
    return name() + "-" + version + ".apk";
  }

  /** {@code <name>-<version>}, as apk prints it. */
  public String label() {
    return name() + "-" + version;
  }

  /**
   * The record in apk's notation and field order, each line ended, without the empty line that
   * closes a record.
   */
  public String toRecord() {
    StringBuilder record = new StringBuilder();
    for (int i = 0; i < ORDER.length(); i++) {
      String value = fields.get(ORDER.charAt(i));
      if (value != null) {
        record.append(ORDER.charAt(i)).append(':').append(value).append('\n');
      }
    }
    return record.toString();
  }

  public Builder toBuilder() {
    Builder builder = new Builder();
    fields.forEach(builder::with);
    return builder;
  }

  private String field(char letter) {
    return fields.getOrDefault(letter, "");
  }

  private long number(char letter) {
    String value = fields.get(letter);
    return value == null ? 0 : Long.parseLong(value);
  }

  private static List<Provide> provides(String text) {
    List<Provide> provides = new ArrayList<>();
    for (String word : text.split(" ", -1)) {
      if (!word.isEmpty()) {
        provides.add(Provide.of(word));
      }
    }
    return List.copyOf(provides);
  }

  @Override
  public String toString() {
    return label();
  }

  /** Collects fields; {@link #build} checks them. */
  public static final class Builder {

    private final Map<Character, String> fields = new LinkedHashMap<>();

    /**
     * Sets a field by its letter.
     *
     * @param value null leaves the field out
     */
    public Builder with(char letter, @Nullable String value) {
      if (value == null) {
        fields.remove(letter);
      } else {
        fields.put(letter, value);
      }
      return this;
    }

    /**
     * @throws VerificationException where a field is malformed, or would end its line
     */
    public ApkPackage build() {
      fields.forEach(
          (letter, value) -> {
            if (value.chars().anyMatch(TextLines::isForbidden)) {
              throw new VerificationException(
                  "package record: the field " + letter + " holds a control character");
            }
          });
      return ApkPackage.of(fields, "package record");
    }
  }
}
