package ai.opencode.sandbox.attest.sbom;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A licence as a packager wrote it, read as an SPDX licence expression (SPDX 2.3, annex D). Names
 * that the SPDX Licence List does not have are foreign: a document gives each of them a name of its
 * own, because one invalid expression makes a whole document unreadable for strict readers.
 *
 * @param parts the words of the expression, with spaces between them
 */
record LicenceExpression(List<Part> parts) {

  /** The most characters that are read as an expression; a longer text is one foreign name. */
  private static final int MAX_TEXT = 4096;

  /** A word, an operator or a parenthesis. */
  sealed interface Part {
    String text();
  }

  /** A part that is valid in every document. */
  private record Valid(String text) implements Part {}

  /** A licence that the list does not have. */
  private record Foreign(String text) implements Part {}

  LicenceExpression {
    parts = List.copyOf(parts);
  }

  /** Reads a licence; returns nothing for a text without words. */
  static Optional<LicenceExpression> of(String written, LicenceNotation notation) {
    String text = written.strip();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.length() > MAX_TEXT) {
      return Optional.of(foreign(text));
    }
    List<String> words = words(text);
    Optional<LicenceExpression> read = new Reader(words).read();
    if (read.isPresent()) {
      return read;
    }
    boolean list = notation == LicenceNotation.APK && words.stream().noneMatch(Reader::isSyntax);
    return Optional.of(list ? all(words) : foreign(text));
  }

  /**
   * Returns the expression's text.
   *
   * @param name gives a foreign licence its name in the document
   */
  String text(UnaryOperator<String> name) {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      boolean closing = part.text().equals(")");
      boolean first = text.isEmpty() || text.charAt(text.length() - 1) == '(';
      if (!closing && !first) {
        text.append(' ');
      }
      text.append(part instanceof Foreign ? name.apply(part.text()) : part.text());
    }
    return text.toString();
  }

  private static LicenceExpression foreign(String text) {
    return new LicenceExpression(List.of(new Foreign(text)));
  }

  /** Returns the conjunction of licences: all of them count until somebody says otherwise. */
  private static LicenceExpression all(List<String> words) {
    List<Part> parts = new ArrayList<>();
    for (String word : words) {
      if (!parts.isEmpty()) {
        parts.add(new Valid("AND"));
      }
      parts.add(licence(word));
    }
    return new LicenceExpression(parts);
  }

  private static Part licence(String word) {
    LicenceList list = LicenceList.known();
    Optional<String> listed = list.licence(word);
    if (listed.isEmpty() && word.endsWith("+")) {
      listed = list.licence(word.substring(0, word.length() - 1)).map(each -> each + "+");
    }
    return listed.<Part>map(Valid::new).orElseGet(() -> new Foreign(word));
  }

  private static List<String> words(String text) {
    String spaced = text.replace("(", " ( ").replace(")", " ) ").replaceAll(",(?=\\s|$)", " ");
    return List.of(spaced.strip().split("\\s+", -1));
  }

  /** A reader of the grammar, without recursion, so that a deep text costs no stack. */
  private static final class Reader {

    private final List<String> words;
    private final List<Part> parts = new ArrayList<>();
    private int at;

    Reader(List<String> words) {
      this.words = words;
    }

    Optional<LicenceExpression> read() {
      int depth = 0;
      boolean wanted = true;
      while (at < words.size()) {
        String word = words.get(at++);
        boolean opens = word.equals("(");
        boolean closes = word.equals(")");
        boolean joins = isJoin(word);
        if (wanted == (closes || joins) || (!wanted && opens) || isWith(word)) {
          return Optional.empty();
        }
        depth += opens ? 1 : closes ? -1 : 0;
        if (depth < 0 || (!opens && !closes && !joins && !operand(word, wanted))) {
          return Optional.empty();
        }
        if (opens || closes || joins) {
          parts.add(new Valid(word.toUpperCase(Locale.ROOT)));
        }
        wanted = opens || joins;
      }
      return wanted || depth > 0 ? Optional.empty() : Optional.of(new LicenceExpression(parts));
    }

    /** Reads a licence with its exception; an exception must be in the list. */
    private boolean operand(String word, boolean wanted) {
      if (!wanted) {
        return false;
      }
      parts.add(licence(word));
      if (at < words.size() && isWith(words.get(at))) {
        Optional<String> exception =
            at + 1 < words.size()
                ? LicenceList.known().exception(words.get(at + 1))
                : Optional.empty();
        if (exception.isEmpty()) {
          return false;
        }
        parts.add(new Valid("WITH"));
        parts.add(new Valid(exception.get()));
        at += 2;
      }
      return true;
    }

    static boolean isSyntax(String word) {
      return word.equals("(") || word.equals(")") || isJoin(word) || isWith(word);
    }

    private static boolean isJoin(String word) {
      return word.equalsIgnoreCase("AND") || word.equalsIgnoreCase("OR");
    }

    private static boolean isWith(String word) {
      return word.equalsIgnoreCase("WITH");
    }
  }
}
