package ai.opencode.sandbox.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with marks ({@code @NAME@}) that are filled in one pass. Inserted text is not searched for
 * marks, because it comes from images.
 *
 * @param texts the texts before, between and after the marks, one more than there are marks
 */
record PageTemplate(List<String> texts, List<String> marks) {

  private static final Pattern MARK = Pattern.compile("@([A-Z]+)@");

  PageTemplate {
    texts = List.copyOf(texts);
    marks = List.copyOf(marks);
    if (texts.size() != marks.size() + 1) {
      throw new IllegalArgumentException(texts.size() + " texts around " + marks.size() + " marks");
    }
  }

  static PageTemplate of(String template) {
    List<String> texts = new ArrayList<>();
    List<String> marks = new ArrayList<>();
    int end = 0;
    for (Matcher mark = MARK.matcher(template); mark.find(); end = mark.end()) {
      texts.add(template.substring(end, mark.start()));
      marks.add(mark.group(1));
    }
    texts.add(template.substring(end));
    return new PageTemplate(texts, marks);
  }

  String filledWith(Map<String, String> values) {
    StringBuilder text = new StringBuilder(texts.get(0));
    for (int i = 0; i < marks.size(); i++) {
      String value = values.get(marks.get(i));
      if (value == null) {
        throw new IllegalArgumentException("no text for the mark " + marks.get(i));
      }
      text.append(value).append(texts.get(i + 1));
    }
    return text.toString();
  }
}
