package ai.opencode.sandbox.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresEngine;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.verify.OddLayers;
import ai.opencode.sandbox.verify.OddLayers.Odd;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;

/**
 * A real engine extracts each unusual but accepted layer to exactly the files that {@code inspect
 * --files --json} prints.
 */
@RequiresEngine
public class EngineAgreesIT {

  private static final String NAME = "opencode-sandbox-odd-layer";

  /** Files that engines add to each container. */
  private static final Set<String> OF_ENGINE =
      Set.of(".dockerenv", "dev", "etc", "proc", "run", "sys");

  @TempDir private Path folder;

  private final DockerClient engine = DockerClientFactory.lazyClient();

  @Test
  void extractsTheFilesThatInspectPrints() throws Exception {
    Map<String, Odd> accepted = new LinkedHashMap<>();
    Map<String, Map<String, String>> printed = new HashMap<>();
    List<Odd> all = OddLayers.all();
    for (int i = 0; i < all.size(); i++) {
      Path archive = folder.resolve("image.tar");
      String tag = NAME + ":" + i;
      try (OutputStream out = Files.newOutputStream(archive)) {
        write(out, Map.of(tag, all.get(i)));
      }
      Map<String, String> files = printed(archive);
      if (files != null) {
        accepted.put(tag, all.get(i));
        printed.put(tag, files);
      }
    }
    assertThat(accepted).hasSizeGreaterThanOrEqualTo(120);
    if (!Boolean.getBoolean("sandbox.test.all")) {
      // An engine takes half a second for each image, and neighbouring ones are similar, so every
      // third one is used.
      List<String> tags = List.copyOf(accepted.keySet());
      accepted.keySet().removeIf(tag -> tags.indexOf(tag) % 3 != 0);
    }

    Map<String, String> differences = new TreeMap<>();
    try {
      load(accepted, differences);
      compare(accepted, printed, differences);
    } finally {
      for (String tag : accepted.keySet()) {
        try {
          engine.removeImageCmd(tag).withForce(true).exec();
        } catch (NotFoundException e) {
          assertThat(differences).as("an engine refused %s", tag).isNotEmpty();
        }
      }
    }
    assertThat(differences).isEmpty();
  }

  /**
   * Loads images again one by one after a failure, because an engine stops at the first image that
   * it refuses.
   */
  private void load(Map<String, Odd> accepted, Map<String, String> differences) throws IOException {
    Map<String, Odd> left = new LinkedHashMap<>(accepted);
    while (!left.isEmpty()) {
      Path archive = folder.resolve("images.tar");
      try (OutputStream out = Files.newOutputStream(archive)) {
        write(out, left);
      }
      try (InputStream in = Files.newInputStream(archive)) {
        engine.loadImageCmd(in).exec();
      }
      int before = left.size();
      left.keySet().removeIf(this::isThere);
      if (left.size() == before) {
        String refused = left.keySet().iterator().next();
        differences.put(known(left, refused).toString(), "the engine refuses it");
        left.remove(refused);
      }
    }
  }

  private boolean isThere(String tag) {
    try {
      engine.inspectImageCmd(tag).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  private void compare(
      Map<String, Odd> accepted,
      Map<String, Map<String, String>> printed,
      Map<String, String> differences)
      throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      Map<String, Future<Map<String, String>>> extracted = new LinkedHashMap<>();
      for (String tag : accepted.keySet()) {
        if (!differences.containsKey(known(accepted, tag).toString())) {
          extracted.put(tag, pool.submit(() -> extracted(tag, known(printed, tag))));
        }
      }
      for (Map.Entry<String, Future<Map<String, String>>> each : extracted.entrySet()) {
        Map<String, String> expected = known(printed, each.getKey());
        Map<String, String> actual = each.getValue().get();
        if (!expected.equals(actual)) {
          Map<String, String> missing = new TreeMap<>(expected);
          missing.entrySet().removeAll(actual.entrySet());
          Map<String, String> more = new TreeMap<>(actual);
          more.entrySet().removeAll(expected.entrySet());
          differences.put(
              known(accepted, each.getKey()).toString(),
              "printed " + missing + ", extracted " + more);
        }
      }
    } finally {
      pool.shutdownNow();
    }
  }

  /** Returns the files by path, each as one text; null if the image is refused. */
  private static @Nullable Map<String, String> printed(Path archive) throws IOException {
    StringWriter text = new StringWriter();
    try (FileListing listing = FileListing.json(new PrintWriter(text))) {
      new ImageInspector(RegistryAccess.standard())
          .list(ImageSource.of("docker-archive:" + archive), Platform.LINUX_AMD64, listing);
    } catch (VerificationException e) {
      return null;
    }
    Map<String, String> files = new TreeMap<>();
    for (JsonNode file : new ObjectMapper().readTree(text.toString()).get(0).get("files")) {
      ObjectNode rest = file.deepCopy();
      String path = rest.remove("path").asText();
      rest.remove("layer");
      files.put(path, described(rest));
    }
    return files;
  }

  private static String described(JsonNode file) {
    Map<String, String> fields = new TreeMap<>();
    file.properties().forEach(each -> fields.put(each.getKey(), each.getValue().toString()));
    return fields.toString();
  }

  private Map<String, String> extracted(String tag, Map<String, String> printed)
      throws IOException {
    String id = engine.createContainerCmd(tag).withCmd("none").exec().getId();
    try (InputStream in = engine.copyArchiveFromContainerCmd(id, "/.").exec();
        TarReader tar = new TarReader(in, tag, TarLimits.foreignArchive())) {
      Map<String, ObjectNode> files = new TreeMap<>();
      Map<String, List<String>> names = new HashMap<>();
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        String top = entry.path().replaceFirst("/.*", "");
        if (!top.isEmpty() && !OF_ENGINE.contains(top)) {
          files.put("/" + entry.path(), file(entry, tar, files, names));
        }
      }
      names.values().forEach(each -> link(each, files));
      addUserAttributes(tag, files, printed);
      Map<String, String> described = new TreeMap<>();
      files.forEach((path, file) -> described.put(path, described(file)));
      return described;
    } finally {
      engine.removeContainerCmd(id).withForce(true).exec();
    }
  }

  private static ObjectNode file(
      TarEntry entry, TarReader tar, Map<String, ObjectNode> files, Map<String, List<String>> names)
      throws IOException {
    String path = "/" + entry.path();
    if (entry instanceof TarEntry.HardLink link) {
      known(names, "/" + link.target()).add(path);
      return known(files, "/" + link.target()).deepCopy();
    }
    names.put(path, new ArrayList<>(List.of(path)));
    Attributes attributes = entry.attributes();
    ObjectNode file = new ObjectMapper().createObjectNode();
    file.put("mode", Integer.toOctalString(attributes.mode()));
    file.put("uid", attributes.uid()).put("gid", attributes.gid());
    if (entry instanceof TarEntry.File content) {
      file.put("type", "file").put("size", content.size());
      file.put("digest", Digest.sha256(tar.content().readAllBytes()).toString());
    } else if (entry instanceof TarEntry.SymbolicLink link) {
      file.put("type", "symlink").put("link", link.target());
    } else if (entry instanceof TarEntry.Device device) {
      file.put("type", device.block() ? "block" : "char");
      file.put("major", device.major()).put("minor", device.minor());
    } else {
      file.put("type", entry instanceof TarEntry.Directory ? "directory" : "fifo");
    }
    attributes.extended().forEach((name, value) -> put(file, name, latin(value)));
    return file;
  }

  private static <T> T known(Map<String, T> map, String key) {
    return Objects.requireNonNull(map.get(key), key);
  }

  private static byte[] latin(String value) {
    return value.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void put(ObjectNode file, String name, byte[] value) {
    file.withObject("/attributes").put(name, Base64.getEncoder().encodeToString(value));
  }

  private static void link(List<String> names, Map<String, ObjectNode> files) {
    List<String> sorted = names.stream().sorted().toList();
    for (String name : sorted.subList(1, sorted.size())) {
      known(files, name).put("hardLink", sorted.get(0));
    }
  }

  /**
   * An engine's archive has no attributes of users. If its files are readable on this machine, they
   * are read there; otherwise the printed listing is used.
   */
  private void addUserAttributes(
      String tag, Map<String, ObjectNode> files, Map<String, String> printed) throws IOException {
    if (printed.values().stream().noneMatch(each -> each.contains("\"user."))) {
      return;
    }
    Object upper =
        engine
            .inspectImageCmd(tag)
            .exec()
            .getGraphDriver()
            .getData()
            .getRawValues()
            .get("UpperDir");
    for (Map.Entry<String, String> each : printed.entrySet()) {
      if (!each.getValue().contains("\"user.")) {
        continue;
      }
      Path path = upper == null ? null : Path.of(upper + each.getKey());
      if (path == null || !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        believe(files, each);
        continue;
      }
      for (Object name : (List<?>) list(path)) {
        put(
            known(files, each.getKey()),
            "user." + name,
            (byte[]) Files.getAttribute(path, "user:" + name));
      }
    }
  }

  private static List<String> list(Path path) throws IOException {
    return Files.getFileAttributeView(
            path, java.nio.file.attribute.UserDefinedFileAttributeView.class)
        .list();
  }

  private static void believe(Map<String, ObjectNode> files, Map.Entry<String, String> printed)
      throws IOException {
    String attributes = printed.getValue().replaceFirst(".*attributes=(\\{.*?\\}).*", "$1");
    known(files, printed.getKey())
        .setAll((ObjectNode) new ObjectMapper().readTree("{\"attributes\":" + attributes + "}"));
  }

  private static void write(OutputStream out, Map<String, Odd> images) throws IOException {
    TarWriter tar = new TarWriter(out);
    ArrayNode manifest = new ObjectMapper().createArrayNode();
    Set<String> written = new HashSet<>();
    for (Map.Entry<String, Odd> image : images.entrySet()) {
      List<byte[]> layers = new ArrayList<>(List.of(OddLayers.below()));
      layers.addAll(image.getValue().layers());
      ObjectNode config = new ObjectMapper().createObjectNode();
      config.put("architecture", "amd64").put("os", "linux").put("created", "1970-01-01T00:00:00Z");
      config.putObject("config").put("User", image.getKey()).putArray("Cmd").add("none");
      ArrayNode ids = config.putObject("rootfs").put("type", "layers").putArray("diff_ids");
      ObjectNode entry = manifest.addObject();
      ArrayNode paths = entry.putArray("Layers");
      for (byte[] layer : layers) {
        Digest digest = Digest.sha256(layer);
        ids.add(digest.toString());
        paths.add(digest.hex() + "/layer.tar");
        if (written.add(digest.hex())) {
          add(tar, digest.hex() + "/layer.tar", layer);
        }
      }
      byte[] json = config.toString().getBytes(StandardCharsets.UTF_8);
      String name = Digest.sha256(json).hex() + ".json";
      entry.put("Config", name).putArray("RepoTags").add(image.getKey());
      if (written.add(name)) {
        add(tar, name, json);
      }
    }
    add(tar, "manifest.json", manifest.toString().getBytes(StandardCharsets.UTF_8));
    tar.finish();
  }

  private static void add(TarWriter tar, String path, byte[] content) throws IOException {
    tar.write(
        new TarEntry.File(path, Attributes.of(0644), content.length),
        new ByteArrayInputStream(content));
  }
}
