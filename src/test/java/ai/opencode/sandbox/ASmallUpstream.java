package ai.opencode.sandbox;

import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.ContainerSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A mirror of a few kilobytes: a base image in a registry on loopback, and a signed repository in a
 * folder. With it, a whole build takes a second.
 */
public final class ASmallUpstream implements AutoCloseable {

  public static final ASigningKey KEY = ASigningKey.fixed("test.rsa.pub");

  private final Path folder;
  private final EmbeddedRegistry registry;
  private final Reference base;

  private ASmallUpstream(Path folder, EmbeddedRegistry registry, Reference base) {
    this.folder = folder;
    this.registry = registry;
    this.base = base;
  }

  /** Starts it, with a repository of these packages. */
  public static ASmallUpstream in(Path folder, AnApk... packages) throws IOException {
    BlobStore store = new BlobStore(folder.resolve("registry"));
    Descriptor base = baseImage(store, Platform.LINUX_AMD64);
    return start(folder, store, base, Platform.LINUX_AMD64, packages);
  }

  /** Starts it with a base image and a repository for each platform. */
  public static ASmallUpstream forBothPlatforms(Path folder, AnApk... packages) throws IOException {
    BlobStore store = new BlobStore(folder.resolve("registry"));
    List<Descriptor> images = new ArrayList<>();
    for (Platform platform : List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64)) {
      images.add(baseImage(store, platform).withPlatform(platform));
    }
    ARepository.in(folder.resolve("repository"))
        .architecture(Platform.LINUX_ARM64.apkArchitecture())
        .with(packages)
        .signed(KEY)
        .write();
    Descriptor index = store.put(MediaType.INDEX, new ImageIndex(images, Map.of()).toJson());
    return start(folder, store, index, Platform.LINUX_AMD64, packages);
  }

  /** Starts it with what {@code opencode-sandbox-base} asks for, in name at least, and needs. */
  public static ASmallUpstream withTheBasesPackages(Path folder, AnApk... needed)
      throws IOException {
    List<AnApk> packages = new ArrayList<>(List.of(needed));
    String[] names = packages.stream().map(AnApk::name).toArray(String[]::new);
    for (String wanted : SandboxImages.base().packages()) {
      String name = wanted.replaceFirst("[<>=~].*", "");
      packages.add(
          AnApk.named(name)
              .version("99-r0")
              .depends(names)
              .withFile("usr/bin/" + name, 0755, name)
              .signed(KEY));
    }
    return in(folder, packages.toArray(AnApk[]::new));
  }

  /** Starts it over a real x86_64 root. */
  public static ASmallUpstream over(Path rootfs, Path folder, AnApk... packages)
      throws IOException {
    return over(rootfs, Platform.LINUX_AMD64, folder, packages);
  }

  /** Starts it over a real root, which gets the repository's key in a layer of its own. */
  public static ASmallUpstream over(Path rootfs, Platform platform, Path folder, AnApk... packages)
      throws IOException {
    BlobStore store = new BlobStore(folder.resolve("registry"));
    byte[] root = Files.readAllBytes(rootfs);
    Descriptor blob = store.put(MediaType.LAYER_GZIP, root);
    byte[] unpacked = Gzip.inflating(new ByteArrayInputStream(root), "rootfs").readAllBytes();
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(archive);
    for (String parent : List.of("etc", "etc/apk", "etc/apk/keys")) {
      tar.write(new TarEntry.Directory(parent, Attributes.of(0755)));
    }
    byte[] pem = KEY.pem();
    tar.write(
        new TarEntry.File("etc/apk/keys/" + KEY.name(), Attributes.of(0644), pem.length), pem);
    tar.finish();
    ByteArrayOutputStream layer = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(layer)) {
      archive.writeTo(gzip);
    }
    Descriptor key = store.put(MediaType.LAYER_GZIP, layer.toByteArray());
    ImageConfig config =
        ImageConfig.scratch(platform)
            .withLayer(Digest.sha256(unpacked), "rootfs", "")
            .withLayer(Digest.sha256(archive.toByteArray()), "key", "");
    Descriptor configBlob = store.put(MediaType.CONFIG, config.toJson());
    Descriptor image =
        store.put(
            MediaType.MANIFEST, new Manifest(configBlob, List.of(blob, key), Map.of()).toJson());
    return start(folder, store, image, platform, packages);
  }

  private static ASmallUpstream start(
      Path folder, BlobStore store, Descriptor image, Platform platform, AnApk... packages)
      throws IOException {
    EmbeddedRegistry registry = EmbeddedRegistry.start(store);
    registry.tag("base", "1", image);
    ARepository.in(folder.resolve("repository"))
        .architecture(platform.apkArchitecture())
        .with(packages)
        .signed(KEY)
        .write();
    return new ASmallUpstream(folder, registry, registry.reference("base", image.digest()));
  }

  public Path repository() {
    return folder.resolve("repository");
  }

  /** The file of a package. */
  public Path file(AnApk apk) {
    return repository().resolve("x86_64").resolve(apk.fileName());
  }

  public Path cache() {
    return folder.resolve("cache");
  }

  /** The base image by its tag, without digest. */
  public Reference tagged() {
    return new Reference(base.registry(), base.repository(), "1", null);
  }

  /** Gives the base image's tag to an image that is none. */
  public void moveTheTag() throws IOException {
    BlobStore store = new BlobStore(folder.resolve("registry"));
    Descriptor config =
        store.put(MediaType.CONFIG, ImageConfig.scratch(Platform.LINUX_AMD64).toJson());
    registry.tag(
        "base",
        "1",
        store.put(MediaType.MANIFEST, new Manifest(config, List.of(), Map.of()).toJson()));
  }

  public BuildSettings settings() {
    return BuildSettings.standard()
        .withPlatforms(List.of(Platform.LINUX_AMD64))
        .withUpstream(UpstreamChoice.MIRROR)
        .withBase(base)
        .withRepositories(List.of(repository().toString()))
        .withCache(cache());
  }

  /**
   * The same settings with a base image whose name has no port in it: two runs give the same bytes.
   */
  public BuildSettings settingsWithoutAPort() {
    Reference named = new Reference("registry.example", base.repository(), null, base.digest());
    return settings()
        .withBase(named)
        .withRegistries(
            RegistryAccess.standard().withMirrors(Map.of(named.registry(), registry.address())));
  }

  /** A command line, with the options that lead here. */
  public List<String> arguments(String... words) {
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.addAll(List.of("--platform", "linux/amd64", "--upstream", "mirror"));
    arguments.addAll(List.of("--base", base.toString(), "--repository", repository().toString()));
    arguments.addAll(List.of("--cache", cache().toString()));
    arguments.addAll(List.of("--lock", folder.resolve("sandbox.lock.json").toString()));
    return arguments;
  }

  /** An image that asks for these packages. */
  public static ImageDefinition image(String... packages) {
    return ImageDefinition.onBase(
            "small",
            SandboxUser.OPENCODE,
            new ContainerSettings(Map.of("PATH", "/bin"), "/", List.of(), List.of("sh")))
        .withDescription("made for a test")
        .withPackages(packages);
  }

  /** What a base image's files are, with a text for each path. */
  public static SortedMap<String, String> baseFiles() {
    SortedMap<String, String> files = new TreeMap<>();
    files.put("bin/busybox", "#!busybox");
    files.put("etc/passwd", "root:x:0:0:root:/root:/bin/sh\ntools:x:77:78:::\n");
    files.put("etc/group", "root:x:0:root\ntools:x:78:\n");
    files.put("etc/shadow", "root:*::0:::::\n");
    files.put("etc/shells", "/bin/sh\n");
    files.put("etc/apk/world", "");
    files.put("etc/apk/keys/" + KEY.name(), new String(KEY.pem(), StandardCharsets.US_ASCII));
    files.put("lib/apk/db/installed", "");
    return files;
  }

  private static Descriptor baseImage(BlobStore store, Platform platform) throws IOException {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(archive);
    SortedMap<String, TarEntry> entries = new TreeMap<>();
    baseFiles()
        .forEach(
            (path, text) -> {
              for (int slash = path.indexOf('/');
                  slash >= 0;
                  slash = path.indexOf('/', slash + 1)) {
                String parent = path.substring(0, slash);
                entries.put(parent, new TarEntry.Directory(parent, Attributes.of(0755)));
              }
              int size = text.getBytes(StandardCharsets.UTF_8).length;
              entries.put(path, new TarEntry.File(path, Attributes.of(0644), size));
            });
    entries.put("lib64", new TarEntry.SymbolicLink("lib64", Attributes.of(0777), "lib"));
    for (TarEntry entry : entries.values()) {
      if (entry instanceof TarEntry.File file) {
        String text = baseFiles().getOrDefault(file.path(), "");
        tar.write(file, text.getBytes(StandardCharsets.UTF_8));
      } else {
        tar.write(entry);
      }
    }
    tar.finish();
    ByteArrayOutputStream layer = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(layer)) {
      archive.writeTo(gzip);
    }
    Descriptor blob = store.put(MediaType.LAYER_GZIP, layer.toByteArray());
    ImageConfig config =
        ImageConfig.scratch(platform).withLayer(Digest.sha256(archive.toByteArray()), "base", "");
    Descriptor configBlob = store.put(MediaType.CONFIG, config.toJson());
    return store.put(
        MediaType.MANIFEST, new Manifest(configBlob, List.of(blob), Map.of()).toJson());
  }

  @Override
  public void close() throws IOException {
    registry.close();
  }
}
