package ai.opencode.sandbox.failure;

import java.util.regex.Pattern;

/** A JSON parser's message without the names of its settings and classes. */
public final class JsonFault {

  private static final Pattern PARSER_NAMES =
      Pattern.compile(
          "(, from `[^`]*`)|( for ObjectNode: not allowed when \\w+\\.\\w+ enabled)"
              + "|( ?\\(start marker at \\[Source: [^\\]]*\\]\\))");

  private JsonFault() {}

  /** Returns the part of a message that is about the document. */
  public static String of(String message) {
    return PARSER_NAMES.matcher(message).replaceAll("");
  }
}
