package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.lock.LockChange.Alarm;
import ai.opencode.sandbox.lock.LockChange.Need;
import ai.opencode.sandbox.lock.LockChange.Scope;
import ai.opencode.sandbox.lock.LockChange.Values;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The words for a change of a lock. They contain names from outside, in which the caller replaces
 * control characters.
 */
record ChangeText(LockChange change) {

  /** The latest time printed as a date; Java has no dates for the largest numbers of a lock. */
  private static final long MAX_SECONDS = 1L << 40;

  /** The number of characters at a digest's beginning that are enough for a reader. */
  private static final int SHORT_DIGEST = 19;

  /** Returns the image and its platform. */
  String scope() {
    Scope scope = change.scope();
    return scope.image().orElse("all")
        + scope.platform().map(platform -> " " + platform).orElse("");
  }

  /** Returns the kind of input with its name; a package has its name only. */
  String input() {
    if (change instanceof LockChange.OfPackage apk) {
      return apk.name();
    } else if (change instanceof LockChange.OfKey key) {
      return "key " + key.name();
    } else if (change instanceof LockChange.OfRepository) {
      return "repository";
    } else if (change instanceof LockChange.OfIndex index) {
      return "index of " + index.repository();
    } else if (change instanceof LockChange.OfBase) {
      return "base image";
    } else if (change instanceof LockChange.OfBaseManifest) {
      return "base manifest";
    } else if (change instanceof LockChange.OfBasePackages) {
      return "base packages";
    } else if (change instanceof LockChange.OfNpmLock) {
      return "npm packages";
    } else if (change instanceof LockChange.OfUpstream) {
      return "upstream";
    } else if (change instanceof LockChange.OfResult) {
      return "result";
    }
    throw new IllegalArgumentException("No words for " + change);
  }

  /**
   * Returns the values before and after.
   *
   * @param plain the function that replaces control characters in texts from outside
   */
  String values(UnaryOperator<String> plain) {
    String before = value(change.values().before());
    String after = value(change.values().after());
    if (before == null) {
      return "added: " + plain.apply(Objects.requireNonNull(after));
    }
    if (after == null) {
      return "removed: " + plain.apply(before);
    }
    return isRebuilt()
        ? plain.apply(before) + " rebuilt"
        : plain.apply(before) + " → " + plain.apply(after);
  }

  /**
   * Returns the alarm's word; empty if there is no alarm, and for a rebuilt version, which {@link
   * #values} calls rebuilt.
   */
  String alarm() {
    return isRebuilt() || change.alarm() == Alarm.NONE ? "" : change.alarm().name();
  }

  /** Returns the reason why a package is needed: {@code for libcurl, for git}. */
  String need() {
    if (!(change instanceof LockChange.OfPackage apk)) {
      return "";
    }
    Need need = apk.need();
    if (need.inBase()) {
      return "base package";
    }
    return need.requiredBy().isEmpty()
        ? "asked for"
        : need.requiredBy().stream().map(name -> "for " + name).collect(Collectors.joining(", "));
  }

  /** Returns the difference in bytes to download; empty if there is none. */
  String size() {
    return change instanceof LockChange.OfPackage apk ? size(apk.bytes()) : "";
  }

  static String size(long bytes) {
    return bytes == 0 ? "" : String.format(Locale.ROOT, "%+.1f kB", bytes / 1000.0);
  }

  /** Returns a part of a sentence that says why the change needs consent. */
  String objection() {
    String values =
        " (" + orNone(change.values().before()) + " → " + orNone(change.values().after()) + ")";
    if (change.alarm() == Alarm.DOWNGRADE) {
      return "DOWNGRADE of " + input() + values;
    }
    if (change instanceof LockChange.OfPackage) {
      return isRebuilt()
          ? input() + " " + value(change.values().after()) + " has other content than locked"
          : input() + " changes its version, not its checksum" + values;
    }
    return input() + " differs, although the digest of the base image is the same" + values;
  }

  /** Returns whether a package has the same version as before, with other content. */
  private boolean isRebuilt() {
    Values<?> values = change.values();
    return values.before() != null && Objects.equals(values.before(), values.after());
  }

  private String orNone(@Nullable Object value) {
    return Objects.requireNonNullElse(value(value), "none");
  }

  private @Nullable String value(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof Long seconds) {
      return seconds > MAX_SECONDS ? seconds + " s" : Instant.ofEpochSecond(seconds).toString();
    }
    String text = value.toString();
    return change instanceof LockChange.OfNpmLock npm && differInTheirBeginning(npm)
        ? text.substring(0, SHORT_DIGEST)
        : text;
  }

  /** Returns whether short forms of both digests differ, so that they show a change. */
  private static boolean differInTheirBeginning(LockChange.OfNpmLock change) {
    Object before = change.values().before();
    Object after = change.values().after();
    return before == null
        || after == null
        || !before.toString().regionMatches(0, after.toString(), 0, SHORT_DIGEST);
  }
}
