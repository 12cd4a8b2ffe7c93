package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.failure.VerificationException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A package's record in an index or the installed database, field by field in apk's notation
 * ({@code P:}, {@code V:}, …). Fields are kept as text and in their original order, so that a
 * record can be written back byte for byte. The fields that this product uses are parsed once.
 */
public final class ApkPackage {

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._+:/@-]*");

  /** The order in which apk lists names: regardless of case, unless only that differs. */
  public static final Comparator<String> ORDER_OF_NAMES =
      String.CASE_INSENSITIVE_ORDER.thenComparing(Comparator.naturalOrder());

  /** Fields that describe the package itself, in the order in which apk writes them. */
  private static final String NUMBERS = "SItkq";

  /** Numbers that apk does not write if they are 0. */
  private static final String OMITTED_ZEROS = "tkq";

  private static final String ORDER = "CPVASITULomtckDpigrqsf";

  private final Map<Character, String> fields;
  private final PackageId id;
  private final ApkVersion version;

  /** Null if a record has another checksum than SHA-1, as a database of apk 3 may have. */
  private final @Nullable Checksum checksum;

  private final long size;
  private final long installedSize;
  private final long buildSeconds;
  private final int providerPriority;
  private final int replacesPriority;
  private final List<Dependency> depends;
  private final List<Provide> provides;
  private final List<Dependency> installIf;
  private final List<Dependency> replaces;

  private ApkPackage(Map<Character, String> fields, @Nullable Checksum checksum) {
    this.fields = fields;
    this.id = new PackageId(field('P'));
    this.version = ApkVersion.of(field('V'));
    this.checksum = checksum == null ? checksum(field('C')) : checksum;
    this.size = number('S');
    this.installedSize = number('I');
    this.buildSeconds = number('t');
    this.providerPriority = (int) Math.min(number('k'), Integer.MAX_VALUE);
    this.replacesPriority = (int) Math.min(number('q'), Integer.MAX_VALUE);
    this.depends = List.copyOf(Dependency.listOf(field('D')));
    this.provides = provides(field('p'));
    this.installIf = List.copyOf(Dependency.listOf(field('i')));
    this.replaces = List.copyOf(Dependency.listOf(field('r')));
  }

  /**
   * Creates a package from the fields of one record.
   *
   * @throws VerificationException if name or version is missing or malformed
   */
  static ApkPackage of(Map<Character, String> fields, String source) {
    return of(fields, null, source);
  }

  /** Creates a package whose checksum, if it is not null, need not be read from its field. */
  private static ApkPackage of(
      Map<Character, String> fields, @Nullable Checksum checksum, String source) {
    String name = fields.getOrDefault('P', "");
    String version = fields.getOrDefault('V', "");
    if (!NAME.matcher(name).matches() || name.contains("..")) {
      throw new VerificationException(source + ": a package has the invalid name \"" + name + "\"");
    }
    if (version.isEmpty() || !version.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/')) {
      throw new VerificationException(
          source + ": the package " + name + " has the invalid version \"" + version + "\"");
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
    return new ApkPackage(new LinkedHashMap<>(fields), checksum);
  }

  private static @Nullable Checksum checksum(String text) {
    try {
      return Checksum.of(text);
    } catch (VerificationException e) {
      return null;
    }
  }

  public static Builder named(String name, String version) {
    return new Builder().with('P', name).with('V', version);
  }

  public String name() {
    return id.name();
  }

  /** Returns the identity among the packages of a root. */
  public PackageId id() {
    return id;
  }

  public ApkVersion version() {
    return version;
  }

  public String architecture() {
    return field('A');
  }

  /**
   * Returns the SHA-1 of the compressed control segment, which identifies this build of the
   * package.
   *
   * @throws VerificationException if the record has none
   */
  public Checksum checksum() {
    return checksum == null ? Checksum.of(field('C')) : checksum;
  }

  /** Returns the size of the package file in bytes. */
  public long size() {
    return size;
  }

  /** Returns the installed size in bytes, as the packager counted it. */
  public long installedSize() {
    return installedSize;
  }

  /** Returns the build date in seconds since 1970. */
  public long buildSeconds() {
    return buildSeconds;
  }

  /** Returns the licence as the packager wrote it. */
  public String licence() {
    return field('L');
  }

  /** Returns the facts that describe the package to others. */
  public ApkFacts facts() {
    return new ApkFacts(
        name(),
        version,
        architecture(),
        checksum(),
        new ApkFacts.About(licence(), origin(), field('T'), field('U'), field('m')));
  }

  public String origin() {
    return field('o');
  }

  public int providerPriority() {
    return providerPriority;
  }

  public int replacesPriority() {
    return replacesPriority;
  }

  public List<Dependency> depends() {
    return depends;
  }

  public List<Provide> provides() {
    return provides;
  }

  /**
   * Returns the packages whose joint selection makes apk select this one too; empty for most
   * packages.
   */
  public List<Dependency> installIf() {
    return installIf;
  }

  /** Returns the packages whose files this one may take over. */
  public List<Dependency> replaces() {
    return replaces;
  }

  /** Returns the file's name in a repository, {@code <name>-<version>.apk}. */
  public String fileName() {
    return new PackageLabel(name(), version).fileName();
  }

  /** Returns {@code <name>-<version>}, the form in which apk prints a package. */
  public String label() {
    return new PackageLabel(name(), version).toString();
  }

  /**
   * Returns the record in apk's notation and field order. Each line ends with a line feed; the
   * empty line that closes a record is left out.
   */
  public String toRecord() {
    StringBuilder record = new StringBuilder();
    for (int i = 0; i < ORDER.length(); i++) {
      String value = written(ORDER.charAt(i));
      if (value != null) {
        record.append(ORDER.charAt(i)).append(':').append(value).append('\n');
      }
    }
    return record.toString();
  }

  /** Returns a field's value as apk writes it: numbers without zeros in front, some only if set. */
  private @Nullable String written(char letter) {
    String value = fields.get(letter);
    if (value == null || NUMBERS.indexOf(letter) < 0) {
      return value;
    }
    long number = number(letter);
    return number == 0 && OMITTED_ZEROS.indexOf(letter) >= 0 ? null : Long.toString(number);
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

  /** A collector of fields, which {@link #build} checks. */
  public static final class Builder {

    private final Map<Character, String> fields = new LinkedHashMap<>();
    private @Nullable Checksum checksum;

    /** Sets the SHA-1 of the control segment. */
    public Builder with(Checksum value) {
      fields.put('C', value.toString());
      checksum = value;
      return this;
    }

    /**
     * Sets a field.
     *
     * @param value the value of the field; null removes the field
     */
    public Builder with(char letter, @Nullable String value) {
      if (letter == 'C') {
        checksum = null;
      }
      if (value == null) {
        fields.remove(letter);
      } else {
        fields.put(letter, value);
      }
      return this;
    }

    /**
     * Creates the package.
     *
     * @throws VerificationException if a field is malformed or contains a line feed
     */
    public ApkPackage build() {
      fields.forEach(
          (letter, value) -> {
            if (value.chars().anyMatch(TextLines::isForbidden)) {
              throw new VerificationException(
                  "package record: the field " + letter + " holds a control character");
            }
          });
      return ApkPackage.of(fields, checksum, "package record");
    }
  }
}
