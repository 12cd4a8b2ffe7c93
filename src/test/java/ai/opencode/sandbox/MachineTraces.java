package ai.opencode.sandbox;

import ai.opencode.sandbox.archive.Gzip;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The search for what tells where and by whom a document was made: paths, addresses on this
 * machine, its user, host and directories, and the state of its checkout.
 *
 * @param places texts that no text may contain, such as directories and commits
 * @param names words that no text may contain, such as users and hosts; parts of longer words are
 *     not meant
 */
record MachineTraces(Set<String> places, Set<String> names) {

  /** An absolute path at the start of a text or after a sign that no address has before it. */
  private static final Pattern PATH =
      Pattern.compile("(?:^|[\\s\"'=(,])(?:/(?!/)|[A-Za-z]:\\\\)\\S|\\bfile:");

  private static final Pattern LOOPBACK =
      Pattern.compile("\\b127(?:\\.\\d+){3}\\b|\\blocalhost\\b|\\[::1]");

  private static final List<String> VARIABLES =
      List.of(
          "GITHUB_ACTOR",
          "GITHUB_RUN_ID",
          "HOSTNAME",
          "LOGNAME",
          "RUNNER_NAME",
          "USER",
          "USERNAME");

  /** A field with the words of a packager, where a user's name such as root is only a word. */
  private static final String PROSE = "/summary";

  /** Shorter texts, such as a home directory that is the root, are in any document. */
  private static final int SHORT = 3;

  /** Returns the search for this machine, user and checkout. */
  static MachineTraces ofThis() throws Exception {
    Set<String> places = new TreeSet<>();
    for (String each : List.of("user.dir", "user.home", "java.io.tmpdir", "java.home")) {
      places.add(Path.of(System.getProperty(each)).toAbsolutePath().toString());
    }
    places.add(git("rev-parse", "HEAD"));
    Set<String> names = new TreeSet<>();
    names.add(System.getProperty("user.name"));
    names.add(InetAddress.getLocalHost().getHostName());
    names.add(git("rev-parse", "--abbrev-ref", "HEAD"));
    names.add(git("rev-parse", "--short", "HEAD"));
    names.add(git("config", "user.email"));
    for (String each : VARIABLES) {
      names.add(System.getenv().getOrDefault(each, ""));
    }
    return new MachineTraces(longer(places), longer(names));
  }

  private static Set<String> longer(Collection<String> texts) {
    Set<String> longer = new TreeSet<>(texts);
    longer.removeIf(each -> each.length() < SHORT);
    return longer;
  }

  private static String git(String... words) throws Exception {
    List<String> command = Stream.concat(Stream.of("git"), Stream.of(words)).toList();
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(10, TimeUnit.SECONDS) ? answer.strip() : "";
    } catch (IOException e) {
      return ""; // Sources without git have no such state.
    }
  }

  /** Returns the traces in a JSON document, each with its place; also in what Base64 hides. */
  Set<String> in(JsonNode document) {
    Set<String> found = new TreeSet<>();
    search(document, "", found);
    return found;
  }

  private void search(JsonNode node, String at, Set<String> found) {
    if (node.isTextual()) {
      String text = node.asText();
      judge(text, at, found);
      hidden(text).ifPresent(each -> places(each, at, found));
    } else if (node.isArray()) {
      node.forEach(each -> search(each, at, found));
    }
    for (Map.Entry<String, JsonNode> each : node.properties()) {
      judge(each.getKey(), at, found);
      search(each.getValue(), at + "/" + each.getKey(), found);
    }
  }

  private void judge(String text, String at, Set<String> found) {
    places(text, at, found);
    if (PATH.matcher(text).find() || LOOPBACK.matcher(text).find()) {
      found.add(at + ": " + text);
    }
    for (String each : at.endsWith(PROSE) ? Set.<String>of() : names) {
      String word = Pattern.quote(each);
      if (Pattern.compile("(?:^|[/:@~\\s])" + word + "(?:$|[/:@\\s])").matcher(text).find()) {
        found.add(at + ": " + each);
      }
    }
  }

  private void places(String text, String at, Set<String> found) {
    places.stream().filter(text::contains).forEach(each -> found.add(at + ": " + each));
  }

  /** Returns the text of the archives in a text that is Base64 of gzip, which packagers wrote. */
  private static Optional<String> hidden(String text) {
    if (!text.startsWith("H4sI")) {
      return Optional.empty();
    }
    byte[] bytes = Base64.getDecoder().decode(text);
    try (InputStream in = Gzip.inflating(new ByteArrayInputStream(bytes), "base64")) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
