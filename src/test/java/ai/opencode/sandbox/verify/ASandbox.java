package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.inspect.content.AnElf;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A base sandbox of a few kilobytes that fulfils its contract, and that tests can change to violate
 * it. Its programs consist of ELF headers only.
 */
public final class ASandbox implements Breakable {

  static final String NAME = "opencode-sandbox-base";
  static final String DATABASE = "lib/apk/db/installed";

  private static final String LOADER = "/lib/ld-musl-x86_64.so.1";
  private static final String LIBC = "libc.musl-x86_64.so.1";
  private static final Digest BASE = Digest.sha256("base");

  private record Item(TarEntry entry, byte[] content) {}

  private final TreeMap<String, Item> root = new TreeMap<>();
  private final Map<String, List<String>> packages = new LinkedHashMap<>();
  private final Map<String, String> dependencies = new TreeMap<>();
  private final Map<String, String> provides = new TreeMap<>();
  private final List<List<Item>> upperLayers = new ArrayList<>();

  /** The program that starts the command of a container. */
  static final String START = "usr/local/lib/opencode-sandbox/start";

  static final String RELAY = "usr/local/lib/opencode-sandbox/relay.cjs";

  private final TreeMap<String, String> labels = new TreeMap<>();
  private @Nullable Map<String, String> manifestAnnotations;
  private @Nullable Map<String, String> indexAnnotations;
  private UnaryOperator<ImageConfig> config = UnaryOperator.identity();
  private UnaryOperator<Manifest> manifest = UnaryOperator.identity();

  private ASandbox() {}

  /** Returns a sandbox that fulfils the contract. */
  public static ASandbox base() {
    ASandbox image = new ASandbox();
    image.system();
    image.programs();
    image.user();
    image.file("etc/gitconfig", 0644, brought("base/etc/gitconfig"));
    image.file(START, 0755, brought("base/" + START));
    image.file(RELAY, 0644, brought("base/" + RELAY));
    image.file("etc/apk/arch", 0644, "x86_64\n");
    image.file(
        "etc/apk/world",
        0644,
        """
        alpine-baselayout
        bash
        busybox
        ca-certificates
        curl
        git
        nano
        nodejs>=20
        npm
        tini
        vim
        wget
        """);
    image.file(DATABASE, 0644, image.database());
    // The files of the user's package, before and after the image changed them.
    image.content(
        "etc/passwd",
        image.text("etc/passwd") + "opencode:x:1000:1000::/home/opencode:/bin/bash\n");
    image.content("etc/group", image.text("etc/group") + "opencode:x:1000:\n");
    image.content("etc/shadow", image.text("etc/shadow") + "opencode:!::0:99999:7:::\n");
    image.content("etc/shells", image.text("etc/shells") + "/bin/bash\n");
    String oci = "org.opencontainers.image.";
    image
        .label(oci + "base.digest", BASE.toString())
        .label(oci + "base.name", "docker.io/library/alpine")
        .label(oci + "description", "made for a test")
        .label(oci + "licenses", "Apache-2.0")
        .label(oci + "source", "https://example.org/source")
        .label(oci + "title", NAME)
        .label(oci + "version", "1.0.0")
        .label("ai.opencode.sandbox.upstream", "official");
    return image;
  }

  /** Returns a file that the product adds to images. */
  static byte[] brought(String name) {
    try (InputStream in =
        ASandbox.class.getResourceAsStream("/ai/opencode/sandbox/layers/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void system() {
    for (String folder : List.of("dev", "etc", "home", "lib", "proc", "run", "usr/bin", "var")) {
      directory(folder, 0755, 0, 0);
    }
    directory("tmp", 01777, 0, 0);
    owned("alpine-baselayout", "etc/passwd", 0644, "root:x:0:0:root:/root:/bin/sh\n");
    owned("alpine-baselayout", "etc/group", 0644, "root:x:0:root\nshadow:x:42:\n");
    owned("alpine-baselayout", "etc/shadow", 0640, "root:*::0:::::\n");
    owner("etc/shadow", 0, 42);
    owned("alpine-baselayout", "etc/shells", 0644, "/bin/sh\n");
    link("etc/mtab", "../proc/mounts");
    own("alpine-baselayout", "etc/mtab");
    owned("musl", "lib/ld-musl-x86_64.so.1", 0755, AnElf.library("libc.so").bytes());
    link("lib/" + LIBC, "ld-musl-x86_64.so.1");
    own("musl", "lib/" + LIBC);
    provides.put("musl", "so:" + LIBC + "=1");
    program("busybox", "bin/busybox");
    link("bin/sh", "/bin/busybox");
    link("usr/bin/env", "/bin/busybox");
    link("usr/bin/vi", "/bin/busybox");
    owned("ca-certificates", "etc/ssl/certs/ca-certificates.crt", 0644, "certificates\n");
  }

  private void programs() {
    owned(
        "readline",
        "usr/lib/libreadline.so.8.2",
        0755,
        AnElf.library("libreadline.so.8").needing(LIBC).bytes());
    link("usr/lib/libreadline.so.8", "libreadline.so.8.2");
    own("readline", "usr/lib/libreadline.so.8");
    provides.put("readline", "so:libreadline.so.8=8.2");
    owned(
        "bash",
        "bin/bash",
        0755,
        AnElf.program(LOADER).needing("libreadline.so.8").needing(LIBC).bytes());
    dependencies.put("bash", "so:" + LIBC + " so:libreadline.so.8");
    owned(
        "nodejs",
        "usr/bin/node",
        0755,
        AnElf.program(LOADER)
            .needing("libnode.so.1")
            .needing(LIBC)
            .runpath("$ORIGIN/../lib/node")
            .bytes());
    owned("nodejs", "usr/lib/node/libnode.so.1", 0755, AnElf.library("libnode.so.1").bytes());
    owned("npm", "usr/lib/node_modules/npm/bin/npm-cli.js", 0755, "#!/usr/bin/env node\n");
    for (String name : List.of("npm", "npx")) {
      link("usr/bin/" + name, "../lib/node_modules/npm/bin/npm-cli.js");
      own("npm", "usr/bin/" + name);
    }
    for (String name : List.of("curl", "git", "nano", "vim", "wget")) {
      program(name, "usr/bin/" + name);
    }
    program("tini", "sbin/tini");
  }

  private void user() {
    directory("workspace", 0775, 1000, 0);
    directory("home/opencode", 0770, 1000, 0);
    for (String folder :
        List.of(
            ".cache",
            ".config",
            ".config/opencode",
            ".local",
            ".local/bin",
            ".local/share",
            ".local/share/opencode",
            ".local/state")) {
      directory("home/opencode/" + folder, 0770, 1000, 0);
    }
  }

  private void program(String pkg, String path) {
    owned(pkg, path, 0755, AnElf.program(LOADER).needing(LIBC).bytes());
    dependencies.put(pkg, "so:" + LIBC);
  }

  private void owned(String pkg, String path, int mode, String text) {
    owned(pkg, path, mode, text.getBytes(StandardCharsets.UTF_8));
  }

  private void owned(String pkg, String path, int mode, byte[] content) {
    file(path, mode, content);
    own(pkg, path);
  }

  private void own(String pkg, String path) {
    packages.computeIfAbsent(pkg, key -> new ArrayList<>()).add(path);
  }

  private String database() {
    List<InstalledPackage> installed = new ArrayList<>();
    packages.forEach(
        (name, paths) -> {
          Map<String, List<InstalledPackage.File>> folders = new TreeMap<>();
          for (String path : paths) {
            int slash = path.lastIndexOf('/');
            folders
                .computeIfAbsent(path.substring(0, slash), key -> new ArrayList<>())
                .add(record(path.substring(slash + 1), item(path)));
          }
          List<InstalledPackage.Directory> directories = new ArrayList<>();
          folders.forEach(
              (folder, files) ->
                  directories.add(new InstalledPackage.Directory(folder, null, files)));
          installed.add(
              new InstalledPackage(
                  ApkPackage.named(name, name.equals("nodejs") ? "24.1.0-r0" : "1.0-r0")
                      .with('C', Checksum.from(Checksum.newSha1().digest(bytes(name))).toString())
                      .with('A', "x86_64")
                      .with('S', "1")
                      .with('I', "1")
                      .with('T', "made for a test")
                      .with('L', "MIT")
                      .with('D', dependencies.get(name))
                      .with('p', provides.get(name))
                      .build(),
                  directories));
        });
    return new InstalledDatabase(installed).toText();
  }

  private static InstalledPackage.File record(String name, Item item) {
    Attributes attributes = item.entry.attributes();
    byte[] content =
        item.entry instanceof TarEntry.SymbolicLink link ? bytes(link.target()) : item.content;
    return new InstalledPackage.File(
        name,
        InstalledPackage.File.written(new InstalledPackage.Owner(attributes.access(), null)),
        Checksum.from(Checksum.newSha1().digest(content)));
  }

  // The parts that tests break.

  @Override
  public ASandbox file(String path, int mode, String text) {
    return file(path, mode, bytes(text));
  }

  public ASandbox file(String path, int mode, byte[] content) {
    return put(new TarEntry.File(path, Attributes.of(mode), content.length), content);
  }

  ASandbox link(String path, String target) {
    return put(new TarEntry.SymbolicLink(path, Attributes.of(0777), target), new byte[0]);
  }

  ASandbox directory(String path, int mode, long uid, long gid) {
    Attributes attributes = Attributes.of(mode).withOwner(uid, gid).withNames("", "");
    return put(new TarEntry.Directory(path, attributes), new byte[0]);
  }

  @Override
  public ASandbox entry(TarEntry entry) {
    return put(entry, new byte[0]);
  }

  @Override
  public ASandbox remove(String path) {
    item(path);
    root.keySet().removeIf(each -> each.equals(path) || each.startsWith(path + "/"));
    return this;
  }

  @Override
  public ASandbox mode(String path, int mode) {
    Item item = item(path);
    return put(item.entry.withAttributes(item.entry.attributes().withMode(mode)), item.content);
  }

  ASandbox owner(String path, long uid, long gid) {
    Item item = item(path);
    Attributes attributes = item.entry.attributes().withOwner(uid, gid).withNames("", "");
    return put(item.entry.withAttributes(attributes), item.content);
  }

  ASandbox pax(String path, String key, String value) {
    Item item = item(path);
    Attributes attributes = item.entry.attributes().withPax(Map.of(key, value));
    return put(item.entry.withAttributes(attributes), item.content);
  }

  /** Changes a file's content, but not its owner and mode. */
  ASandbox content(String path, String text) {
    return content(path, bytes(text));
  }

  ASandbox content(String path, byte[] content) {
    TarEntry.File file = new TarEntry.File(path, item(path).entry.attributes(), content.length);
    return put(file, content);
  }

  @Override
  public ASandbox edit(String path, String text, String replacement) {
    String before = text(path);
    if (!before.contains(text)) {
      throw new AssertionError(path + " has no " + text);
    }
    return content(path, before.replace(text, replacement));
  }

  String text(String path) {
    return new String(item(path).content, StandardCharsets.UTF_8);
  }

  /** Adds another layer with this entry alone. */
  ASandbox layer(TarEntry... entries) {
    List<Item> items = new ArrayList<>();
    for (TarEntry entry : entries) {
      items.add(new Item(entry, new byte[0]));
    }
    upperLayers.add(items);
    return this;
  }

  ASandbox label(String name, @Nullable String value) {
    if (value == null) {
      labels.remove(name);
    } else {
      labels.put(name, value);
    }
    return this;
  }

  ASandbox manifestAnnotations(Map<String, String> annotations) {
    manifestAnnotations = annotations;
    return this;
  }

  ASandbox indexAnnotations(Map<String, String> annotations) {
    indexAnnotations = annotations;
    return this;
  }

  @Override
  public ASandbox settings(Consumer<ObjectNode> change) {
    return config(
        before -> {
          ObjectNode json = before.json();
          change.accept(json.withObjectProperty("config"));
          return new ImageConfig(before.platform(), before.diffIds(), before.history(), json);
        });
  }

  @Override
  public ASandbox environment(String name, @Nullable String value) {
    return config(
        before -> {
          List<String> lines = new ArrayList<>(before.environment());
          lines.removeIf(line -> line.startsWith(name + "="));
          if (value != null) {
            lines.add(name + "=" + value);
          }
          return before.withEnvironment(lines);
        });
  }

  ASandbox config(UnaryOperator<ImageConfig> change) {
    UnaryOperator<ImageConfig> before = config;
    config = each -> change.apply(before.apply(each));
    return this;
  }

  ASandbox manifest(UnaryOperator<Manifest> change) {
    manifest = change;
    return this;
  }

  private ASandbox put(TarEntry entry, byte[] content) {
    String path = entry.path();
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      String parent = path.substring(0, slash);
      root.computeIfAbsent(
          parent, key -> new Item(new TarEntry.Directory(key, Attributes.of(0755)), new byte[0]));
    }
    root.put(path, new Item(entry, content));
    return this;
  }

  private Item item(String path) {
    Item item = root.get(path);
    if (item == null) {
      throw new AssertionError("no " + path + " in " + root.keySet());
    }
    return item;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Writes the image into an OCI layout. */
  public ImageSource in(Path folder) throws IOException {
    BlobStore store = new BlobStore(folder);
    List<Descriptor> layers = new ArrayList<>();
    ImageConfig made = ImageConfig.scratch(Platform.LINUX_AMD64).withLabels(labels);
    List<List<Item>> all = new ArrayList<>();
    all.add(List.copyOf(root.values()));
    all.addAll(upperLayers);
    for (List<Item> items : all) {
      byte[] archive = archive(items);
      layers.add(store.put(MediaType.LAYER_GZIP, gzip(archive)));
      made = made.withLayer(Digest.sha256(archive), "test", "");
    }
    made =
        made.withEnvironment(
            List.of(
                "HOME=/home/opencode",
                "LANG=C.UTF-8",
                "NPM_CONFIG_CACHE=/home/opencode/.cache/npm",
                "NPM_CONFIG_PREFIX=/home/opencode/.local",
                "NPM_CONFIG_UPDATE_NOTIFIER=false",
                "PATH=/home/opencode/.local/bin:/usr/local/bin:/usr/bin:/bin:/sbin"));
    ObjectNode json = made.json();
    ObjectNode settings = json.withObjectProperty("config");
    settings.put("User", "1000:1000").put("WorkingDir", "/workspace");
    settings.putArray("Entrypoint").add("/sbin/tini").add("--").add("/" + START);
    settings.putArray("Cmd").add("bash");
    made = new ImageConfig(made.platform(), made.diffIds(), made.history(), json);
    Descriptor configBlob = store.put(MediaType.CONFIG, config.apply(made).toJson());
    Manifest plain =
        new Manifest(
            configBlob, layers, manifestAnnotations == null ? labels : manifestAnnotations);
    Descriptor image = store.put(MediaType.MANIFEST, manifest.apply(plain).toJson());
    ImageIndex index =
        new ImageIndex(
            List.of(image.withPlatform(Platform.LINUX_AMD64)),
            indexAnnotations == null ? labels : indexAnnotations);
    new OciLayout(folder).name(NAME, store.put(MediaType.INDEX, index.toJson()));
    return new ImageSource.OciDirectory(folder, NAME);
  }

  private static byte[] archive(List<Item> items) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(bytes);
    for (Item item : items) {
      if (item.entry instanceof TarEntry.File file) {
        tar.write(file, item.content);
      } else {
        tar.write(item.entry);
      }
    }
    tar.finish();
    return bytes.toByteArray();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream out = Gzip.single(compressed)) {
      out.write(bytes);
    }
    return compressed.toByteArray();
  }

  /** Returns the path of the written image's blobs. */
  static Blobs blobs(Path folder) throws IOException {
    BlobStore store = new BlobStore(folder);
    Digest index = new OciLayout(folder).find(NAME).orElseThrow().digest();
    Digest manifest = ImageIndex.parse(store.read(index), "index").manifests().get(0).digest();
    Manifest content = Manifest.parse(store.read(manifest), "manifest");
    return new Blobs(
        store.path(index),
        store.path(manifest),
        store.path(content.config().digest()),
        store.path(content.layers().get(0).digest()));
  }

  record Blobs(Path index, Path manifest, Path config, Path layer) {}
}
