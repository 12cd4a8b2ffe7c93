package ai.opencode.sandbox.definition.file;

import java.util.Comparator;
import org.yaml.snakeyaml.error.Mark;

/**
 * A position in a file.
 *
 * @param line the line, counted from 1
 * @param column the column, counted from 1 in characters of Unicode
 */
record Place(int line, int column) implements Comparable<Place> {

  static final Place START = new Place(1, 1);

  private static final Comparator<Place> ORDER =
      Comparator.comparingInt(Place::line).thenComparingInt(Place::column);

  static Place of(Mark mark) {
    return new Place(mark.getLine() + 1, mark.getColumn() + 1);
  }

  @Override
  public int compareTo(Place other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return line + ":" + column;
  }
}
