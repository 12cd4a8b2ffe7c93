package ai.opencode.sandbox.failure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The removal of a user and password at the start of an address, {@code user:password@host}.
 * Addresses in messages are shown without them, because messages end up in logs.
 */
public final class UserInfo {

  private static final String CUT = "…@";
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]{0,30}:/{0,2}/");
  private static final Pattern DIGEST = Pattern.compile("@sha[0-9]{1,3}:[0-9A-Fa-f]*$");

  /**
   * An address in a sentence: the match ends at the last @ before the path. A password may contain
   * slashes.
   */
  private static final Pattern IN_SENTENCE =
      Pattern.compile(
          "://(?:[^\\s\"/?#]*@|[^\\s\"/?#@:\\[]{1,255}:(?![0-9]{0,5}(?:[\\s\"/?#,;)]|$))[^\\s\"]*@)");

  /**
   * The same in a sentence about arguments, which may have any form: also matches without a scheme.
   */
  private static final Pattern IN_ARGUMENT =
      Pattern.compile("[^\\s\"'=]{1,2048}@(?!sha[0-9]{1,3}:)");

  private UserInfo() {}

  /**
   * Removes them from a text that was given as an address: everything up to the last @ except that
   * of a digest.
   */
  public static String cut(String address) {
    Matcher scheme = SCHEME.matcher(address);
    int start = scheme.lookingAt() ? scheme.end() : 0;
    Matcher digest = DIGEST.matcher(address);
    int end = digest.find() ? digest.start() : address.length();
    int at = address.lastIndexOf('@', end - 1);
    return at < start ? address : address.substring(0, start) + CUT + address.substring(at + 1);
  }

  /** Removes possible passwords from a sentence about the arguments of a command. */
  public static String cutFromArguments(String sentence) {
    return IN_ARGUMENT.matcher(cutFrom(sentence)).replaceAll(CUT);
  }

  /** Removes them from the addresses with a scheme in a sentence. */
  public static String cutFrom(String sentence) {
    return sentence.contains("@")
        ? IN_SENTENCE.matcher(sentence).replaceAll("://" + CUT)
        : sentence;
  }
}
