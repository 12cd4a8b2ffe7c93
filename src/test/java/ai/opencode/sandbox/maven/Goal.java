package ai.opencode.sandbox.maven;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A goal as its sources describe it. The annotations are not in class files that can be loaded, and
 * Maven's own reader of sources does not know Java 17.
 *
 * @param phase the phase to which the goal is bound without another; empty for none
 */
record Goal(
    String name, String type, Optional<String> phase, String description, List<Parameter> all) {

  /**
   * A parameter.
   *
   * @param property the property that sets it; empty for none
   * @param value the value without any; empty for none
   * @param readonly whether Maven itself sets it
   */
  record Parameter(
      String name,
      String type,
      String property,
      String value,
      boolean readonly,
      String description) {}

  private static final Path SOURCES =
      Path.of("src", "main", "java", "ai", "opencode", "sandbox", "maven");
  private static final String DOC = "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*";
  private static final Pattern FIELD =
      Pattern.compile(
          "(?s)(?:" + DOC + ")?@Parameter(?:\\(([^()]*)\\))?\\s*private ([\\w<>.]+) (\\w+);");
  private static final Pattern TYPE =
      Pattern.compile(
          "(?s)"
              + DOC
              + "@Mojo\\((.*?)\\)\\s*@NullUnmarked\\s*public final class (\\w+) extends (\\w+)");

  static Goal of(String type) throws IOException {
    String source = source(type);
    Matcher head = TYPE.matcher(source);
    assertThat(head.find()).as(type).isTrue();
    List<Parameter> parameters = new ArrayList<>(parameters(source));
    String parent = head.group(4);
    while (!parent.equals("AbstractMojo")) {
      String above = source(parent);
      parameters.addAll(parameters(above));
      Matcher next = Pattern.compile("class " + parent + " extends (\\w+)").matcher(above);
      assertThat(next.find()).as(parent).isTrue();
      parent = next.group(1);
    }
    return new Goal(
        attribute(head.group(2), "name"),
        type,
        Optional.of(head.group(2))
            .filter(each -> each.contains("defaultPhase"))
            .map(
                each ->
                    each.replaceFirst("(?s).*LifecyclePhase\\.(\\w+).*", "$1")
                        .toLowerCase(java.util.Locale.ROOT)),
        text(head.group(1)),
        parameters);
  }

  /** Returns the parameters that a user may set. */
  List<Parameter> parameters() {
    return all.stream().filter(each -> !each.readonly()).toList();
  }

  private static List<Parameter> parameters(String source) {
    List<Parameter> parameters = new ArrayList<>();
    Matcher field = FIELD.matcher(source);
    while (field.find()) {
      String attributes = Optional.ofNullable(field.group(2)).orElse("");
      parameters.add(
          new Parameter(
              field.group(4),
              field.group(3),
              attribute(attributes, "property"),
              attribute(attributes, "defaultValue"),
              attributes.contains("readonly = true"),
              text(Optional.ofNullable(field.group(1)).orElse(""))));
    }
    assertThat(parameters)
        .hasSize((int) Pattern.compile("@Parameter\\b").matcher(source).results().count());
    return parameters;
  }

  private static String attribute(String attributes, String name) {
    Matcher value = Pattern.compile("\\b" + name + " = \"([^\"]*)\"").matcher(attributes);
    return value.find() ? value.group(1) : "";
  }

  private static String text(String doc) {
    return doc.replaceAll("\\s*\\n\\s*\\*\\s?", " ").strip();
  }

  private static String source(String type) throws IOException {
    return Files.readString(SOURCES.resolve(type + ".java"));
  }
}
