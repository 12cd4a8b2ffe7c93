package ai.opencode.sandbox.attest;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A kind of statement about an image, which the image's index can list. */
@Api
public enum AttestationKind {
  /** The software in the image (SPDX 2.3). */
  SBOM("https://spdx.dev/Document", true),
  /** The inputs that the image was made from (SLSA provenance, version 1). */
  PROVENANCE("https://slsa.dev/provenance/v1", true),
  /**
   * The signature and control segment of each Alpine package, so that its files can be traced to
   * Alpine's signature.
   */
  ORIGIN(Project.ADDRESS + "/apk-origin/v1", true);

  private static final String NONE = "none";
  private static final String ALL = "all";

  private final String predicateType;
  private final boolean standard;

  AttestationKind(String predicateType, boolean standard) {
    this.predicateType = predicateType;
    this.standard = standard;
  }

  /** Returns the URI that names the kind in statements. */
  public String predicateType() {
    return predicateType;
  }

  /** Returns the kinds that an image has unless others are chosen. */
  public static Set<AttestationKind> standard() {
    return Arrays.stream(values())
        .filter(each -> each.standard)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(AttestationKind.class)));
  }

  /**
   * Parses a choice.
   *
   * @param words names of kinds, such as {@code provenance}; or {@code none} or {@code all} alone;
   *     or names after {@code +}, which are added to the {@linkplain #standard standard} kinds. If
   *     empty, the standard kinds are chosen
   * @throws UsageException if a word is none of these, or they contradict each other
   */
  public static Set<AttestationKind> chosen(Collection<String> words) {
    if (words.size() == 1 && words.contains(NONE)) {
      return Set.of();
    }
    if (isAll(words)) {
      return Collections.unmodifiableSet(EnumSet.allOf(AttestationKind.class));
    }
    List<String> added = words.stream().filter(each -> each.startsWith("+")).toList();
    if (words.contains(NONE) || (!added.isEmpty() && added.size() < words.size())) {
      throw new UsageException(
          "The attestations \""
              + String.join(",", words)
              + "\" contradict each other. Name all kinds, or add some with + before each, or use"
              + " none alone.");
    }
    Set<AttestationKind> kinds =
        words.size() == added.size() ? standard() : EnumSet.noneOf(AttestationKind.class);
    words.forEach(each -> kinds.add(of(each.startsWith("+") ? each.substring(1) : each)));
    return Collections.unmodifiableSet(kinds);
  }

  /** Returns whether a choice is {@code all}. */
  static boolean isAll(Collection<String> words) {
    return words.size() == 1 && words.contains(ALL);
  }

  private static AttestationKind of(String word) {
    return Arrays.stream(values())
        .filter(each -> each.toString().equals(word))
        .findFirst()
        .orElseThrow(
            () -> {
              List<String> known = new ArrayList<>();
              Arrays.stream(values()).forEach(each -> known.add(each.toString()));
              return new UsageException(
                  "\""
                      + word
                      + "\" is not a kind of attestation. Use none, all, or some of "
                      + String.join(", ", known)
                      + ".");
            });
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
