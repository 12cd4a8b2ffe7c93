package ai.opencode.sandbox.archive;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The PAX records and GNU names that precede an entry's own header and override its fields. Each
 * kind of header may be there once, so their number is bounded.
 */
final class ExtendedHeaders {

  /** The latest date whose nanoseconds fit in 63 bits, which is how engines store dates. */
  static final long MAX_SECONDS = 9_223_372_036L;

  private final Refusal malformed;
  private final TreeMap<String, String> pax = new TreeMap<>();
  private boolean sawPax;
  private @Nullable String longName;
  private @Nullable String longTarget;

  ExtendedHeaders(Refusal malformed) {
    this.malformed = malformed;
  }

  boolean isEmpty() {
    return !sawPax && longName == null && longTarget == null;
  }

  void requireNoPax() {
    if (sawPax) {
      throw malformed.of("two PAX headers describe one entry");
    }
  }

  void addPax(byte[] content) {
    sawPax = true;
    PaxRecords.parse(content, pax, malformed);
  }

  void addName(byte[] content) {
    longName = gnuName(content, longName);
  }

  void addTarget(byte[] content) {
    longTarget = gnuName(content, longTarget);
  }

  private String gnuName(byte[] bytes, @Nullable String before) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    if (end == 0 || before != null) {
      throw malformed.of("a GNU header with an empty or a second name");
    }
    return TarHeader.name(bytes, 0, end, malformed);
  }

  /** Rejects a GNU name together with a PAX path: readers disagree about which one counts. */
  void requireOneName() {
    if ((longName != null && pax.containsKey("path"))
        || (longTarget != null && pax.containsKey("linkpath"))) {
      throw malformed.of("two headers that name one entry");
    }
  }

  String name(Supplier<String> field) {
    return firstOf(pax.get("path"), longName, field);
  }

  String target(Supplier<String> field) {
    return firstOf(pax.get("linkpath"), longTarget, field);
  }

  private static String firstOf(
      @Nullable String first, @Nullable String second, Supplier<String> otherwise) {
    if (first != null) {
      return first;
    }
    return second != null ? second : otherwise.get();
  }

  String text(String key, String field) {
    return pax.getOrDefault(key, field);
  }

  long number(String key, LongSupplier field) {
    String text = pax.get(key);
    return text == null ? field.getAsLong() : decimal(text, key);
  }

  long date(String key, LongSupplier field) {
    String text = pax.get(key);
    return text == null ? field.getAsLong() : seconds(text, key);
  }

  /** Returns the records that describe the file itself. */
  Map<String, String> ofFile() {
    if (pax.isEmpty()) {
      return Map.of();
    }
    Map<String, String> records = new TreeMap<>(pax);
    records.keySet().removeIf(key -> !PaxRecords.describesFile(key));
    return records;
  }

  private long decimal(String text, String what) {
    if (text.isEmpty() || text.length() > 18) {
      throw malformed.of("a PAX " + what + " that is not a number");
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        throw malformed.of("a PAX " + what + " that is not a number");
      }
      value = value * 10 + (c - '0');
    }
    return value;
  }

  /** Returns the whole seconds of a PAX date; 0 for dates before 1970. */
  private long seconds(String date, String what) {
    boolean negative = date.startsWith("-");
    int point = date.indexOf('.');
    if (point >= 0 && point < date.length() - 1) {
      for (int i = point + 1; i < date.length(); i++) {
        if (date.charAt(i) < '0' || date.charAt(i) > '9') {
          throw malformed.of("a PAX " + what + " that is not a number");
        }
      }
    }
    long whole = decimal(date.substring(negative ? 1 : 0, point < 0 ? date.length() : point), what);
    if (whole > MAX_SECONDS) {
      throw malformed.of("a date that is too far away");
    }
    return negative ? 0 : whole;
  }
}
