package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.PackageIndex;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A case of {@code solver/cases.txt}; the head of that file describes the notation. */
final class SolverCase {

  /** A repository before its index is parsed. */
  private record Source(String location, @Nullable String tag, List<ApkPackage> packages) {}

  private static final Map<String, Character> FIELDS =
      Map.of("depends", 'D', "provides", 'p', "install_if", 'i', "priority", 'k', "replaces", 'r');

  private final String name;
  private final List<Source> sources = new ArrayList<>();
  private final List<ApkPackage> installed = new ArrayList<>();
  private final List<String> world = new ArrayList<>();
  private final List<String> request = new ArrayList<>();
  private final List<String> added = new ArrayList<>();
  private final List<String> removed = new ArrayList<>();
  private final Map<String, String> why = new LinkedHashMap<>();
  private Renewal renewal = Renewal.NONE;
  private @Nullable String refusal;
  private @Nullable String answerOfApk2;

  private SolverCase(String name) {
    this.name = name;
  }

  /** All cases, in the order of the file. */
  static List<SolverCase> all() {
    List<SolverCase> cases = new ArrayList<>();
    int number = 0;
    try (InputStream in = SolverCase.class.getResourceAsStream("cases.txt");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (line.isBlank() || line.startsWith("#")) {
          continue;
        }
        if (line.startsWith("case ")) {
          cases.add(new SolverCase(line.substring(5)));
        } else {
          cases.get(cases.size() - 1).read(line.strip());
        }
      }
    } catch (IOException | RuntimeException e) {
      throw new AssertionError("solver/cases.txt, line " + number, e);
    }
    return cases;
  }

  private void read(String line) {
    int end = line.indexOf(' ');
    String verb = end < 0 ? line : line.substring(0, end);
    String rest = end < 0 ? "" : line.substring(end + 1).strip();
    switch (verb) {
      case "repository" -> {
        List<String> words = words(rest);
        String tag = words.size() > 1 ? words.get(1).substring(1) : null;
        sources.add(new Source("/" + words.get(0), tag, new ArrayList<>()));
      }
      case "package" -> {
        if (sources.isEmpty()) {
          sources.add(new Source("/main", null, new ArrayList<>()));
        }
        sources.get(sources.size() - 1).packages().add(parse(rest));
      }
      case "installed" -> installed.add(parse(rest));
      case "world" -> world.addAll(words(rest));
      case "add" -> request.addAll(words(rest));
      case "upgrade" -> {
        renewal = Renewal.UPGRADE;
        request.addAll(words(rest));
      }
      case "latest" -> {
        renewal = Renewal.LATEST;
        request.addAll(words(rest));
      }
      case "gives" -> added.addAll(words(rest));
      case "removes" -> removed.addAll(words(rest));
      case "refused" -> refusal = rest;
      case "why" -> {
        int colon = rest.indexOf(": ");
        why.put(rest.substring(0, colon), rest.substring(colon + 2));
      }
      case "apk-2" -> answerOfApk2 = rest;
      default -> throw new IllegalArgumentException(line);
    }
  }

  private static List<String> words(String text) {
    return text.isEmpty() ? List.of() : Arrays.asList(text.split(" +", -1));
  }

  /** Lines that are alike make the same build: its checksum is made from the line. */
  private static ApkPackage parse(String line) {
    List<String> words = words(line);
    String label = words.get(0);
    int version = label.lastIndexOf('-', label.lastIndexOf('-') - 1);
    Map<Character, String> fields = new TreeMap<>();
    char field = 0;
    for (String word : words.subList(1, words.size())) {
      if (FIELDS.containsKey(word)) {
        field = FIELDS.get(word);
      } else {
        fields.merge(field, word, (one, other) -> one + " " + other);
      }
    }
    byte[] sha1 = Checksum.newSha1().digest(line.getBytes(StandardCharsets.UTF_8));
    ApkPackage.Builder builder =
        ApkPackage.named(label.substring(0, version), label.substring(version + 1))
            .with('C', "Q1" + Base64.getEncoder().encodeToString(sha1))
            .with('A', "x86_64")
            .with('S', "1000")
            .with('I', "2000")
            .with('T', "made up")
            .with('U', "none")
            .with('L', "none");
    fields.forEach(builder::with);
    return builder.build();
  }

  String name() {
    return name;
  }

  /** The repositories, each read from the text of an index as a build reads it. */
  List<Repository> repositories() {
    List<Repository> repositories = new ArrayList<>();
    for (Source source : sources) {
      try {
        repositories.add(
            new Repository(
                new RepositoryLocation(source.location()),
                source.tag(),
                PackageIndex.parse(
                        new ByteArrayInputStream(
                            text(source.packages()).getBytes(StandardCharsets.UTF_8)),
                        name)
                    .packages()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return repositories;
  }

  static String text(List<ApkPackage> packages) {
    return packages.stream().map(pkg -> pkg.toRecord() + "\n").collect(Collectors.joining());
  }

  List<ApkPackage> installed() {
    return installed;
  }

  /** The content of {@code /etc/apk/world} before the request. */
  List<String> world() {
    return world;
  }

  /** The words of {@code apk add}. */
  List<String> request() {
    return request;
  }

  /** The options of {@code apk add}. */
  List<String> options() {
    return switch (renewal) {
      case NONE -> List.of();
      case UPGRADE -> List.of("--upgrade");
      case LATEST -> List.of("--latest");
      case UPGRADE_ALONE -> throw new IllegalStateException("apk has no option for " + renewal);
    };
  }

  SolverRequest toRequest() {
    List<Dependency> wanted = new ArrayList<>();
    world.forEach(word -> wanted.add(Dependency.of(word)));
    request.forEach(word -> wanted.add(Dependency.of(word)));
    Set<String> asked =
        request.stream().map(word -> Dependency.of(word).name()).collect(Collectors.toSet());
    return new SolverRequest(repositories(), wanted, asked, installed, List.of(), asked, renewal);
  }

  /**
   * Labels of the added packages, in order; those that are not in the first repository are followed
   * by {@code @} and their repository.
   */
  List<String> added() {
    return added;
  }

  /** Names of the removed packages. */
  List<String> removed() {
    return removed;
  }

  /** The message of a refused request; null if it has a result. */
  @Nullable String refusal() {
    return refusal;
  }

  /** The chains of dependencies by the name of the package that they lead to. */
  Map<String, String> why() {
    return why;
  }

  /** The answer of apk 2.14 if it is another one than that of apk 3; null otherwise. */
  @Nullable String answerOfApk2() {
    return answerOfApk2;
  }

  @Override
  public String toString() {
    return name;
  }
}
