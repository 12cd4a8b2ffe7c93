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
 * A file of environment variables: {@code NAME=VALUE} on each line, comments after {@code #}, as of
 * {@code docker run --env-file}. A name alone is refused, because a task can write such a file, and
 * it would get this process's own variable. Messages name lines by their numbers, because values
 * may be secret.
 *
 * @param given the path as the user named it
 * @param file the file that it leads to
 */
record EnvironmentFile(Path given, ResolvedMount file) {

  private static final int MAX_BYTES = 1 << 20;
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final String FORM = "Write NAME=VALUE on each line.";

  /**
   * Finds a file.
   *
   * @throws UsageException if it is not a regular file
   */
  static EnvironmentFile of(Path given) {
    try {
      ResolvedMount file = resolved(given);
      // A pipe would block until it is opened at its other end.
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
   * Returns the reason not to give the file's content to a container. A file that the user names
   * directly is the user's choice; a link may be a task's.
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
   * @throws VerificationException if the file is replaced meanwhile, even by a pipe, which would
   *     block
   */
  List<String> variables() {
    byte[] bytes;
    try (InputStream in = Channels.newInputStream(RegularFile.open(file.source()))) {
      bytes = in.readNBytes(MAX_BYTES + 1);
      if (!resolved(given).equals(file)) {
        throw new VerificationException(
            "Not started: the environment file "
                + given
                + " was replaced after it had been checked. Find out which process replaces it,"
                + " then run this again.");
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
