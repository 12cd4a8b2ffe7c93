package ai.opencode.sandbox.definition.file;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * An explanation for users of why a text is not YAML: a sentence, and the place that it is about.
 */
final class SyntaxText {

  private static final Pattern START = Pattern.compile("found character '(.+)' that cannot start");
  private static final Pattern ESCAPE = Pattern.compile("found unknown escape character (.)\\(.*");

  private final Place place;
  private final String sentence;

  private SyntaxText(Place place, String sentence) {
    this.place = place;
    this.sentence = sentence;
  }

  Place place() {
    return place;
  }

  String sentence() {
    return sentence;
  }

  /**
   * Explains an error of the parser.
   *
   * @param last the place of the parser's last event before the error, in case the error has no
   *     place
   */
  static SyntaxText of(MarkedYAMLException error, Place last) {
    String problem = String.valueOf(error.getProblem());
    String context = String.valueOf(error.getContext());
    Place here = place(error.getProblemMark(), last);
    Place begin = place(error.getContextMark(), here);
    if (problem.contains("(TAB)")) {
      return new SyntaxText(here, "A tab is between the words. Write spaces instead.");
    }
    if (context.contains("quoted scalar") && problem.contains("end of stream")) {
      return new SyntaxText(
          begin, "The quotation mark is not closed. Write it behind the text too.");
    }
    if (context.contains("flow sequence")) {
      return new SyntaxText(begin, open("list", "]", here));
    }
    if (context.contains("flow mapping")) {
      return new SyntaxText(begin, open("map", "}", here));
    }
    return of(problem, begin, here);
  }

  private static SyntaxText of(String problem, Place begin, Place here) {
    if (problem.contains("expected <block end>")) {
      return new SyntaxText(
          here,
          "The line does not belong to those above. Align it with them, or close their quotes.");
    }
    if (problem.contains("mapping values are not allowed")) {
      return new SyntaxText(
          here,
          "A colon is not possible here. Put the text in quotes, or correct the indentation.");
    }
    if (problem.contains("could not find expected ':'")) {
      return new SyntaxText(begin, "The key has no colon. Write one behind it, with a blank.");
    }
    if (problem.contains("expected the node content")) {
      return new SyntaxText(
          here, "A value is missing here. Write one, or delete the comma or sign.");
    }
    Matcher start = START.matcher(problem);
    if (start.find()) {
      return new SyntaxText(
          here, "A text cannot begin with " + Shown.bare(start.group(1)) + ". Put it in quotes.");
    }
    Matcher escape = ESCAPE.matcher(problem);
    if (escape.matches()) {
      return new SyntaxText(
          here,
          "\\"
              + Shown.bare(escape.group(1))
              + " means nothing in this kind of quotes. Write \\\\, or use single quotes.");
    }
    return new SyntaxText(
        here,
        "The line cannot be read ("
            + Shown.bare(problem)
            + "). Check its indentation, colons, brackets and quotes.");
  }

  private static String open(String kind, String end, Place here) {
    return "The "
        + kind
        + " that begins here cannot be read from "
        + here
        + " on. Separate its values with commas, and close it with "
        + end
        + ".";
  }

  private static Place place(@Nullable Mark mark, Place otherwise) {
    return mark == null ? otherwise : Place.of(mark);
  }
}
