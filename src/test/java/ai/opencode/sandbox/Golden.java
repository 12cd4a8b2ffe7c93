package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Results that are kept as files in {@code src/test/resources}. {@code scripts/golden} writes them
 * anew with {@code -Dsandbox.golden=write}. A promise is a result that users keep or that a cache
 * relies on; it is only written with {@code write-promises}.
 */
public final class Golden {

  private static final String PROPERTY = "sandbox.golden";

  /** The treatment of a result that differs from its file: a failure, or a new file. */
  enum Mode {
    COMPARE,
    WRITE,
    WRITE_PROMISES;

    static Mode of(String name) {
      for (Mode mode : values()) {
        if (mode.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(name)) {
          return mode;
        }
      }
      throw new IllegalArgumentException(
          PROPERTY + " is " + name + "; give compare, write or write-promises");
    }
  }

  private final Path directory;
  private final Mode mode;

  Golden(Path directory, Mode mode) {
    this.directory = directory;
    this.mode = mode;
  }

  /** Returns this project's files, in the mode that the system property names. */
  public static Golden files() {
    return new Golden(
        Path.of("src", "test", "resources"), Mode.of(System.getProperty(PROPERTY, "compare")));
  }

  /** Returns the pages of the documentation that the program generates, in the same mode. */
  public static Golden pages() {
    return new Golden(Path.of("src", "site", "markdown"), files().mode);
  }

  /** Returns the files of the library that its code gives, in the same mode. */
  public static Golden resources() {
    return new Golden(Path.of("src", "main", "resources"), files().mode);
  }

  /** Fails if the file has another text; the message gives the advice. */
  public void assertText(String file, String text, String advice) throws IOException {
    assertText(file, text, advice, mode != Mode.COMPARE);
  }

  /** Fails like {@link #assertText}, for a text that is a promise. */
  public void assertPromise(String file, String text, String advice) throws IOException {
    assertText(file, text, advice, mode == Mode.WRITE_PROMISES);
  }

  /** Fails if the file's line for this name has another value. A line is {@code VALUE NAME}. */
  public void assertPromisedLine(String file, String name, String value, String advice)
      throws IOException {
    List<String> lines = new ArrayList<>(read(file).lines().toList());
    int place = 0;
    while (place < lines.size() && !isFor(name, lines.get(place))) {
      place++;
    }
    boolean known = place < lines.size();
    if (mode == Mode.WRITE_PROMISES) {
      lines.subList(place, known ? place + 1 : place).clear();
      lines.add(place, value + " " + name);
      write(file, String.join("\n", lines) + "\n");
    } else {
      assertThat(value)
          .as("%s, %s: %s", file, name, advice)
          .isEqualTo(known ? lines.get(place).substring(0, lines.get(place).indexOf(' ')) : null);
    }
  }

  private static boolean isFor(String name, String line) {
    return !line.startsWith("#") && line.substring(line.indexOf(' ') + 1).equals(name);
  }

  private void assertText(String file, String text, String advice, boolean write)
      throws IOException {
    if (write) {
      write(file, text);
    } else {
      assertThat(text).as("%s: %s", file, advice).isEqualTo(read(file));
    }
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(directory.resolve(file).getParent());
    Files.writeString(directory.resolve(file), text);
  }

  private String read(String file) throws IOException {
    try {
      return Files.readString(directory.resolve(file));
    } catch (NoSuchFileException e) {
      return "";
    }
  }
}
