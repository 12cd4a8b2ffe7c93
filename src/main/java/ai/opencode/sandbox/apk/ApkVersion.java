package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A package version, {@code number{.number}[letter]{_suffix[number]}[~hex][-rN]}, ordered as
 * apk-tools 3 orders it.
 *
 * <p>Real package indexes contain versions of another form, such as {@code 0.99f7-r1}. Such a
 * version is accepted, but not valid ({@link #isValid}), and lower than every valid one.
 */
@Api
public final class ApkVersion implements Comparable<ApkVersion> {

  /**
   * The kinds of the parts of a version (tokens), in apk's order. If two versions differ in the
   * kind of a token, the version with the later kind is lower.
   */
  private enum Kind {
    FIRST_NUMBER,
    NUMBER,
    LETTER,
    SUFFIX,
    SUFFIX_NUMBER,
    HASH,
    REVISION,
    END,
    INVALID
  }

  private record Token(Kind kind, String text) {}

  private static final Token END = new Token(Kind.END, "");

  /**
   * The suffixes in order. Those before {@link #FIRST_POST_SUFFIX} make a version lower than the
   * one without a suffix.
   */
  private static final List<String> SUFFIXES =
      List.of("alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p");

  private static final int FIRST_POST_SUFFIX = 4;

  private final String text;
  private final List<Token> tokens;

  private ApkVersion(String text) {
    this.text = text;
    this.tokens = new Tokenizer(text).tokens();
  }

  public static ApkVersion of(String text) {
    return new ApkVersion(text);
  }

  public boolean isValid() {
    return tokens.get(tokens.size() - 1).kind() != Kind.INVALID;
  }

  /**
   * Returns whether {@code prefix} equals this version or a prefix of it, token by token: {@code
   * 3.6.9 ~ 3.6}, but not {@code 3.60}.
   */
  public boolean startsWith(ApkVersion prefix) {
    return compare(this, prefix, true) == 0;
  }

  @Override
  public int compareTo(ApkVersion other) {
    return compare(this, other, false);
  }

  private static int compare(ApkVersion a, ApkVersion b, boolean prefix) {
    for (int i = 0; ; i++) {
      Token left = i < a.tokens.size() ? a.tokens.get(i) : END;
      Token right = i < b.tokens.size() ? b.tokens.get(i) : END;
      if (prefix && right.kind() == Kind.END) {
        return 0;
      }
      if (left.kind() != right.kind()) {
        return compareKinds(left, right);
      }
      if (left.kind() == Kind.END || left.kind() == Kind.INVALID) {
        return 0;
      }
      int order = compareValues(left, right);
      if (order != 0) {
        return order;
      }
    }
  }

  private static int compareKinds(Token left, Token right) {
    if (isPreRelease(left)) {
      return -1;
    }
    if (isPreRelease(right)) {
      return 1;
    }
    return right.kind().compareTo(left.kind());
  }

  private static boolean isPreRelease(Token token) {
    return token.kind() == Kind.SUFFIX && SUFFIXES.indexOf(token.text()) < FIRST_POST_SUFFIX;
  }

  private static int compareValues(Token left, Token right) {
    String a = left.text();
    String b = right.text();
    return switch (left.kind()) {
      case SUFFIX -> Integer.compare(SUFFIXES.indexOf(a), SUFFIXES.indexOf(b));
      case NUMBER -> a.startsWith("0") || b.startsWith("0") ? a.compareTo(b) : compareNumbers(a, b);
      case LETTER, HASH -> a.compareTo(b);
      default -> compareNumbers(a, b);
    };
  }

  /** Compares numbers of any length, which would overflow an integer type. */
  private static int compareNumbers(String a, String b) {
    String left = withoutLeadingZeros(a);
    String right = withoutLeadingZeros(b);
    return left.length() != right.length()
        ? Integer.compare(left.length(), right.length())
        : left.compareTo(right);
  }

  private static String withoutLeadingZeros(String number) {
    int start = 0;
    while (start < number.length() && number.charAt(start) == '0') {
      start++;
    }
    return number.substring(start);
  }

  /**
   * Compares the text: {@code 1.0-r1} and {@code 1.0-r01} have the same order but name different
   * files.
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ApkVersion version && version.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  private static final class Tokenizer {

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    Tokenizer(String text) {
      this.text = text;
    }

    List<Token> tokens() {
      boolean valid = number(Kind.FIRST_NUMBER);
      while (valid && peek() == '.') {
        at++;
        valid = number(Kind.NUMBER);
      }
      if (valid && peek() >= 'a' && peek() <= 'z') {
        tokens.add(new Token(Kind.LETTER, String.valueOf(peek())));
        at++;
      }
      while (valid && peek() == '_') {
        at++;
        valid = suffix();
      }
      if (valid && peek() == '~') {
        at++;
        valid = run(Kind.HASH, Tokenizer::isHex);
      }
      if (valid && peek() == '-') {
        at += 2;
        valid = at <= text.length() && text.charAt(at - 1) == 'r' && number(Kind.REVISION);
      }
      if (!valid || at < text.length()) {
        tokens.add(new Token(Kind.INVALID, ""));
      }
      return List.copyOf(tokens);
    }

    private boolean suffix() {
      int start = at;
      while (peek() >= 'a' && peek() <= 'z') {
        at++;
      }
      String suffix = text.substring(start, at);
      if (!SUFFIXES.contains(suffix)) {
        return false;
      }
      tokens.add(new Token(Kind.SUFFIX, suffix));
      if (isDigit(peek())) {
        run(Kind.SUFFIX_NUMBER, Tokenizer::isDigit);
      }
      return true;
    }

    private boolean number(Kind kind) {
      return run(kind, Tokenizer::isDigit);
    }

    private boolean run(Kind kind, IntPredicate accepted) {
      int start = at;
      while (at < text.length() && accepted.test(text.charAt(at))) {
        at++;
      }
      tokens.add(new Token(kind, text.substring(start, at)));
      return at > start;
    }

    private char peek() {
      return at < text.length() ? text.charAt(at) : 0;
    }

    private static boolean isDigit(int c) {
      return c >= '0' && c <= '9';
    }

    private static boolean isHex(int c) {
      return isDigit(c) || (c >= 'a' && c <= 'f');
    }
  }
}
