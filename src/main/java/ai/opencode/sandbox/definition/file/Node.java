package ai.opencode.sandbox.definition.file;

import java.util.List;

/** A value of the file with its place. A scalar is the text that is written, never a number. */
sealed interface Node {

  Place place();

  /** Returns the kind of value for messages. */
  String kind();

  /** A scalar, which may be empty if it is in quotes. */
  record Text(Place place, String text) implements Node {
    @Override
    public String kind() {
      return "a text";
    }
  }

  /** A key or list item without a value. */
  record Nothing(Place place) implements Node {
    @Override
    public String kind() {
      return "nothing";
    }
  }

  /** A list. */
  record Items(Place place, List<Node> nodes) implements Node {

    public Items {
      nodes = List.copyOf(nodes);
    }

    @Override
    public String kind() {
      return "a list";
    }
  }

  /** A map, with each key once, in the order of the file. */
  record Entries(Place place, List<Entry> entries) implements Node {

    public Entries {
      entries = List.copyOf(entries);
    }

    @Override
    public String kind() {
      return "a map";
    }
  }

  /**
   * A value with a mistake that is reported already. Readers skip it, so that it is not reported
   * twice.
   */
  record Refused(Place place) implements Node {
    @Override
    public String kind() {
      return "nothing";
    }
  }

  /** A key and its value. */
  record Entry(Text key, Node value) {}
}
