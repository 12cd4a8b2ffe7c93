package ai.opencode.sandbox.run;

import ai.opencode.sandbox.engine.ResolvedMount;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.RegularFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of environment variables for a container, as of {@code docker run --env-file}: {@code
 * NAME=VALUE} on each line, and comments on lines that begin with {@code #}.
 *
 * <p>Docker gives the container this process's own variable for a line with a name alone. Here such
 * a line is refused, because a program in an earlier container may have written the file. Messages
 * name a line by its number instead of its text, because values may be secret.
 *
 * @param given the path that the user gave
 * @param file the file that the path leads to
 */
record EnvironmentFile(Path given, ResolvedMount file) {

  private static final int MAX_BYTES = 1 << 20;
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final String FORM = "Write NAME=VALUE on each line.";

  /**
   * Finds a file.
   *
   * @throws UsageException if the path does not lead to a regular file
   */
  static EnvironmentFile of(Path given) {
    try {
      ResolvedMount file = resolved(given);
      // The opening of a pipe would wait for a program that writes to it.
      if (Files.isRegularFile(file.source(), LinkOption.NOFOLLOW_LINKS)) {
        return new EnvironmentFile(given, file);
      }
    } catch (IOException e) {
      throw new UsageException(
          "Cannot read the environment file "
              + given
              + ": it does not exist, or a parent directory is not accessible. Name another file.",
          e);
    }
    throw new UsageException(
        "Cannot read the environment file "
            + given
            + ": it is not a regular file. Name a file with NAME=VALUE on each line.");
  }

  private static ResolvedMount resolved(Path given) throws IOException {
    return ResolvedMount.of(given.toAbsolutePath(), "/", true);
  }

  /**
   * Returns the reasons not to give the file's content to a container; empty if the path contains
   * no link, because the user then chose that very file. A link may have been made by a program in
   * an earlier container.
   *
   * @param forbidden the files that a container must not see
   */
  List<String> objections(ForbiddenPlaces forbidden) {
    if (file.source().equals(given.toAbsolutePath().normalize())) {
      return List.of();
    }
    return forbidden
        .objection(file)
        .map(
            reason ->
                "the environment file "
                    + given
                    + " is a link to "
                    + file.source()
                    + ", and that "
                    + reason)
        .stream()
        .toList();
  }

  /**
   * Reads the variables.
   *
   * @throws UsageException if a line has another form
   * @throws VerificationException if the file has been replaced since {@link #of}
   */
  List<String> variables() {
    byte[] bytes;
    try (InputStream in = Channels.newInputStream(RegularFile.open(file.source()))) {
      bytes = in.readNBytes(MAX_BYTES + 1);
      if (!resolved(given).equals(file)) {
        throw new VerificationException(
            "The container was not started: the environment file "
                + given
                + " was replaced after it had been checked. Find out which process replaces it,"
                + " then run the command again.");
      }
    } catch (IOException e) {
      throw new UsageException(
          "Cannot read the environment file " + given + ". Change its permissions.", e);
    }
    if (bytes.length > MAX_BYTES) {
      throw new UsageException(
          "The environment file " + given + " is larger than 1 MiB. Name a smaller one.");
    }
    return parsed(text(bytes));
  }

  private String text(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new UsageException("The environment file " + given + " is not UTF-8 text. " + FORM, e);
    }
  }

  private List<String> parsed(String text) {
    List<String> variables = new ArrayList<>();
    int number = 0;
    for (String raw : text.split("\n", -1)) {
      number++;
      String line = (raw.endsWith("\r") ? raw.substring(0, raw.length() - 1) : raw).stripLeading();
      if (!line.isEmpty() && line.charAt(0) != '#') {
        String problem = Variables.problem(line);
        if (problem != null) {
          throw new UsageException(
              "Line " + number + " of the environment file " + given + " " + problem + ". " + FORM);
        }
        variables.add(line);
      }
    }
    return variables;
  }
}
