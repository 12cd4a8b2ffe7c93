package ai.opencode.sandbox.failure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The user and password in an address, {@code user:password@host}. They are cut from addresses in
 * messages, because logs keep messages.
 */
public final class UserInfo {

  private static final String CUT = "…@";
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]{0,30}:/{0,2}/");
  private static final Pattern DIGEST = Pattern.compile("@sha[0-9]{1,3}:[0-9A-Fa-f]*$");

  /** A user and password in a sentence, up to the last @; a password may contain slashes. */
  private static final Pattern IN_SENTENCE =
      Pattern.compile(
          "://(?:[^\\s\"/?#]*@|[^\\s\"/?#@:\\[]{1,255}:(?![0-9]{0,5}(?:[\\s\"/?#,;)]|$))[^\\s\"]*@)");

  /** A user and password in a sentence about arguments, which may have no scheme. */
  private static final Pattern IN_ARGUMENT =
      Pattern.compile("[^\\s\"'=]{1,2048}@(?!sha[0-9]{1,3}:)");

  private UserInfo() {}

  /**
   * Cuts user and password from an address: all characters between the scheme and the last @ that
   * does not begin a digest.
   */
  public static String cut(String address) {
    Matcher scheme = SCHEME.matcher(address);
    int start = scheme.lookingAt() ? scheme.end() : 0;
    Matcher digest = DIGEST.matcher(address);
    int end = digest.find() ? digest.start() : address.length();
    int at = address.lastIndexOf('@', end - 1);
    return at < start ? address : address.substring(0, start) + CUT + address.substring(at + 1);
  }

  /** Cuts all texts that may be user and password from a sentence about a command's arguments. */
  public static String cutFromArguments(String sentence) {
    return IN_ARGUMENT.matcher(cutFrom(sentence)).replaceAll(CUT);
  }

  /** Cuts user and password from the addresses with a scheme in a sentence. */
  public static String cutFrom(String sentence) {
    return sentence.contains("@")
        ? IN_SENTENCE.matcher(sentence).replaceAll("://" + CUT)
        : sentence;
  }
}
