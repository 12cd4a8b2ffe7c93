package ai.opencode.sandbox.failure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The user and the password that an address may begin with, {@code user:password@host}. They are
 * cut where an address is shown: a message ends in logs.
 */
public final class UserInfo {

  private static final String CUT = "…@";
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]{0,30}:/{0,2}/");
  private static final Pattern DIGEST = Pattern.compile("@sha[0-9]{1,3}:[0-9A-Fa-f]*$");

  /** In a sentence: up to the last @ before the path; a password may have slashes in it. */
  private static final Pattern IN_SENTENCE =
      Pattern.compile(
          "://(?:[^\\s\"/?#]*@|[^\\s\"/?#@:\\[]{1,255}:(?![0-9]{0,5}(?:[\\s\"/?#,;)]|$))[^\\s\"]*@)");

  /** In a sentence about arguments, which may be anything: without a scheme too. */
  private static final Pattern IN_ARGUMENT =
      Pattern.compile("[^\\s\"'=]{1,2048}@(?!sha[0-9]{1,3}:)");

  private UserInfo() {}

  /**
   * Cuts them from a text that was given as the address of something: everything up to the last @
   * but that of a digest.
   */
  public static String cut(String address) {
    Matcher scheme = SCHEME.matcher(address);
    int start = scheme.lookingAt() ? scheme.end() : 0;
    Matcher digest = DIGEST.matcher(address);
    int end = digest.find() ? digest.start() : address.length();
    int at = address.lastIndexOf('@', end - 1);
    return at < start ? address : address.substring(0, start) + CUT + address.substring(at + 1);
  }

  /** Cuts what may be them from a sentence about the arguments of a command. */
  public static String cutFromArguments(String sentence) {
    return IN_ARGUMENT.matcher(cutFrom(sentence)).replaceAll(CUT);
  }

  /** Cuts them from the addresses with a scheme in a sentence. */
  public static String cutFrom(String sentence) {
    return sentence.contains("@")
        ? IN_SENTENCE.matcher(sentence).replaceAll("://" + CUT)
        : sentence;
  }
}
