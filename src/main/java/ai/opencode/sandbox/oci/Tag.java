package ai.opencode.sandbox.oci;

import java.util.regex.Pattern;

/** The form of a tag, by the OCI distribution specification ("Pulling manifests"). */
public final class Tag {

  static final String FORM = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";

  private static final Pattern TAG = Pattern.compile(FORM);

  private Tag() {}

  /** Returns whether a text can be a tag. */
  public static boolean isValid(String text) {
    return TAG.matcher(text).matches();
  }
}
