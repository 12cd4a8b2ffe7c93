package ai.opencode.sandbox.definition.file;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntPredicate;

/** The reading of nodes as texts, lists and maps; another kind of node is reported. */
final class Values {

  /** The most values of one list or map, because the time of some checks is its square. */
  static final int MOST = 1000;

  private final Mistakes mistakes;

  Values(Mistakes mistakes) {
    this.mistakes = mistakes;
  }

  /**
   * Reads a map whose keys are fixed. A misspelt key is reported, and its value is read as that of
   * the nearest one, so that mistakes in it are found too.
   */
  Map<Key, Node> keys(Key.Section section, Node.Entries map) {
    Map<Key, Node> found = new EnumMap<>(Key.class);
    List<Node.Entry> misspelt = new ArrayList<>();
    for (Node.Entry entry : map.entries()) {
      String word = entry.key().text();
      Key.find(section, word)
          .ifPresentOrElse(
              key -> found.put(key, entry.value()),
              () -> {
                mistakes.add(entry.key().place(), unknown(section, word));
                misspelt.add(entry);
              });
    }
    for (Node.Entry entry : misspelt) {
      Nearest.to(entry.key().text(), Key.words(section))
          .flatMap(nearest -> Key.find(section, nearest))
          .ifPresent(key -> found.putIfAbsent(key, entry.value()));
    }
    return found;
  }

  private static String unknown(Key.Section section, String word) {
    String sentence = Shown.of(word) + " is not a key of " + section.owner();
    Optional<String> nearest = Nearest.to(word, Key.words(section));
    if (nearest.isPresent()) {
      return sentence + ". Write " + nearest.get() + " instead.";
    }
    for (Key.Section other : Key.Section.values()) {
      if (other != section && Key.find(other, word).isPresent()) {
        return sentence + ", but of " + other.owner() + ". Move it " + other.place() + ".";
      }
    }
    List<String> words = Key.words(section);
    return sentence
        + ". Write "
        + String.join(", ", words.subList(0, words.size() - 1))
        + " or "
        + words.get(words.size() - 1)
        + ".";
  }

  /** Reads a text of one line. */
  Optional<Placed<String>> text(Key key, Node node) {
    return any(key, node).filter(this::isOneLine);
  }

  /** Reads a text of one line, below a name that the user chose. */
  Optional<Placed<String>> text(Key key, String name, Node node) {
    if (node instanceof Node.Text) {
      return text(key, node);
    }
    expected(key, name, "a text", node);
    return Optional.empty();
  }

  /** Reads a text that may have several lines. */
  Optional<Placed<String>> lines(Key key, Node node) {
    return any(key, node).filter(this::isPrintable);
  }

  private Optional<Placed<String>> any(Key key, Node node) {
    if (node instanceof Node.Text text) {
      return Optional.of(new Placed<>(text.place(), text.text()));
    }
    expected(key, "a text", node);
    return Optional.empty();
  }

  /** Reads a list of texts of one line. */
  List<Placed<String>> texts(Key key, Node node) {
    List<Placed<String>> texts = new ArrayList<>();
    if (node instanceof Node.Items list && isShort(key, list.place(), list.nodes().size())) {
      for (Node item : list.nodes()) {
        if (item instanceof Node.Text text) {
          Optional.of(new Placed<>(text.place(), text.text()))
              .filter(this::isOneLine)
              .ifPresent(texts::add);
        } else {
          expected(key, "texts in its list", item);
        }
      }
    } else if (!(node instanceof Node.Items)) {
      expected(key, "a list", node);
    }
    return texts;
  }

  /** Reads a list of different texts. */
  List<Placed<String>> differentTexts(Key key, Node node) {
    Map<String, Placed<String>> different = new LinkedHashMap<>();
    for (Placed<String> text : texts(key, node)) {
      Placed<String> first = different.putIfAbsent(text.value(), text);
      if (first != null) {
        mistakes.add(
            text.place(),
            Shown.of(text.value())
                + " is already in line "
                + first.place().line()
                + ". Delete one of them.");
      }
    }
    return List.copyOf(different.values());
  }

  /** Reads a map whose keys are names that the user chooses. */
  List<Node.Entry> map(Key key, Node node) {
    if (node instanceof Node.Entries map) {
      if (!isShort(key, map.place(), map.entries().size())) {
        return List.of();
      }
      return map.entries().stream()
          .filter(each -> isOneLine(new Placed<>(each.key().place(), each.key().text())))
          .toList();
    }
    expected(key, "a map", node);
    return List.of();
  }

  private boolean isShort(Key key, Place place, int size) {
    if (size > MOST) {
      mistakes.add(place, Shown.of(key.word()) + " has more than " + MOST + " values. Shorten it.");
    }
    return size <= MOST;
  }

  /** Reports a node of another kind than a key needs. */
  void expected(Key key, String kind, Node node) {
    expected(key.word(), kind, node, key);
  }

  /** Reports a node of another kind than a name that the user chose, below a key, needs. */
  void expected(Key key, String name, String kind, Node node) {
    expected(name, kind, node, key);
  }

  private void expected(String name, String kind, Node node, Key example) {
    if (node instanceof Node.Refused) {
      return;
    }
    String remedy =
        lacksBlank(kind, node)
            ? ". Write a blank after each colon."
            : ". Write it like " + example.example();
    mistakes.add(
        node.place(),
        Shown.of(name)
            + (node instanceof Node.Nothing
                ? " has no value"
                : " needs " + kind + ", and this is " + node.kind())
            + remedy);
  }

  private static boolean lacksBlank(String kind, Node node) {
    return kind.startsWith("a map")
        && node instanceof Node.Text text
        && text.text().matches("(?s)[A-Za-z.]{1,20}:[^\\s/].*");
  }

  private boolean isOneLine(Placed<String> text) {
    return hasNo(text, SourceText::isHidden);
  }

  private boolean isPrintable(Placed<String> text) {
    return hasNo(text, c -> Character.isISOControl(c) && c != '\n' && c != '\t');
  }

  private boolean hasNo(Placed<String> text, IntPredicate refused) {
    OptionalInt character = text.value().codePoints().filter(refused).findFirst();
    character.ifPresent(
        c ->
            mistakes.add(
                text.place(),
                String.format(
                    Locale.ROOT,
                    "The text contains %s, which is not possible here. Delete it.",
                    c == '\n' ? "a line break" : String.format(Locale.ROOT, "U+%04X", c))));
    return character.isEmpty();
  }
}
