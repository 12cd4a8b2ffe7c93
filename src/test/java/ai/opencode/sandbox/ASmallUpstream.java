package ai.opencode.sandbox;

import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.Dependency;
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
import java.util.stream.Stream;

/**
 * A mirror of a few kilobytes: a base image in a registry on loopback, and a signed repository in a
 * directory. A whole build with it takes a second.
 */
public final class ASmallUpstream implements AutoCloseable {

  public static final ASigningKey KEY = ASigningKey.fixed("test.rsa.pub");

  private final Path directory;
  private final EmbeddedRegistry registry;
  private final Reference base;

  private ASmallUpstream(Path directory, EmbeddedRegistry registry, Reference base) {
    this.directory = directory;
    this.registry = registry;
    this.base = base;
  }

  /** Starts a mirror with a repository of some packages. */
  public static ASmallUpstream in(Path directory, AnApk... packages) throws IOException {
    BlobStore store = new BlobStore(directory.resolve("registry"));
    Descriptor base = baseImage(store, Platform.LINUX_AMD64, 0644);
    return start(directory, store, base, Platform.LINUX_AMD64, packages);
  }

  /** Starts a mirror whose packages have the signature of the repository's key. */
  public static ASmallUpstream ofSigned(Path directory, AnApk... packages) throws IOException {
    return in(directory, Stream.of(packages).map(each -> each.signed(KEY)).toArray(AnApk[]::new));
  }

  /** Starts a mirror with a base image and a repository for each platform. */
  public static ASmallUpstream forBothPlatforms(Path directory, AnApk... packages)
      throws IOException {
    return forBothPlatforms(directory, 0644, packages);
  }

  /** Starts a mirror like {@link #forBothPlatforms}, whose base image keeps passwords secret. */
  public static ASmallUpstream soundForBothPlatforms(Path directory, AnApk... packages)
      throws IOException {
    return forBothPlatforms(directory, 0640, packages);
  }

  private static ASmallUpstream forBothPlatforms(
      Path directory, int modeOfPasswords, AnApk... packages) throws IOException {
    BlobStore store = new BlobStore(directory.resolve("registry"));
    List<Descriptor> images = new ArrayList<>();
    for (Platform platform : List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64)) {
      images.add(baseImage(store, platform, modeOfPasswords).withPlatform(platform));
    }
    ARepository.in(directory.resolve("repository"))
        .architecture(Platform.LINUX_ARM64.apkArchitecture())
        .with(packages)
        .signed(KEY)
        .write();
    Descriptor index = store.put(MediaType.INDEX, new ImageIndex(images, Map.of()).toJson());
    return start(directory, store, index, Platform.LINUX_AMD64, packages);
  }

  /** Starts a mirror with small packages named like those of {@code opencode-sandbox-base}. */
  public static ASmallUpstream withTheBasesPackages(Path directory, AnApk... needed)
      throws IOException {
    List<AnApk> packages = new ArrayList<>(List.of(needed));
    String[] names = packages.stream().map(AnApk::name).toArray(String[]::new);
    packagesOf(SandboxImages.base()).forEach(each -> packages.add(each.depends(names)));
    return in(directory, packages.toArray(AnApk[]::new));
  }

  /** Returns small packages named like those of {@code opencode-sandbox-base}. */
  public static List<AnApk> packagesOfTheBase() {
    return packagesOf(SandboxImages.base());
  }

  /** Returns small packages named like those that an image asks for, each with a program. */
  static List<AnApk> packagesOf(ImageDefinition image) {
    List<AnApk> packages = new ArrayList<>();
    for (Dependency wanted : image.packages()) {
      String name = wanted.name();
      packages.add(
          AnApk.named(name).version("99-r0").withFile("usr/bin/" + name, 0755, name).signed(KEY));
    }
    return packages;
  }

  /** Starts a mirror whose base image is a real x86_64 root. */
  public static ASmallUpstream over(Path rootfs, Path directory, AnApk... packages)
      throws IOException {
    return over(rootfs, Platform.LINUX_AMD64, directory, packages);
  }

  /** Starts a mirror whose base image is a real root with a layer for the repository's key. */
  public static ASmallUpstream over(
      Path rootfs, Platform platform, Path directory, AnApk... packages) throws IOException {
    BlobStore store = new BlobStore(directory.resolve("registry"));
    return start(directory, store, realImage(store, rootfs, platform), platform, packages);
  }

  /** Puts an image of a real root into a store, with a layer for the repository's key. */
  static Descriptor realImage(BlobStore store, Path rootfs, Platform platform) throws IOException {
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
    return store.put(
        MediaType.MANIFEST, new Manifest(configBlob, List.of(blob, key), Map.of()).toJson());
  }

  private static ASmallUpstream start(
      Path directory, BlobStore store, Descriptor image, Platform platform, AnApk... packages)
      throws IOException {
    EmbeddedRegistry registry = EmbeddedRegistry.start(store);
    registry.tag("base", "1", image);
    ARepository.in(directory.resolve("repository"))
        .architecture(platform.apkArchitecture())
        .with(packages)
        .signed(KEY)
        .write();
    return new ASmallUpstream(directory, registry, registry.reference("base", image.digest()));
  }

  public Path repository() {
    return directory.resolve("repository");
  }

  /** Returns the file of a package. */
  public Path file(AnApk apk) {
    return repository().resolve("x86_64").resolve(apk.fileName());
  }

  public Path cache() {
    return directory.resolve("cache");
  }

  /** Returns the reference of the base image by digest. */
  public Reference base() {
    return base;
  }

  /** Returns the reference of the base image by tag, without digest. */
  public Reference tagged() {
    return new Reference(base.registry(), base.repository(), "1", null);
  }

  /** Moves the base image's tag to content that is not an image. */
  public void moveTheTag() throws IOException {
    BlobStore store = new BlobStore(directory.resolve("registry"));
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
   * Returns settings with a base image whose name has no port, so that two runs give equal bytes.
   */
  public BuildSettings settingsWithoutAPort() {
    Reference named = new Reference("registry.example", base.repository(), null, base.digest());
    return settings()
        .withBase(named)
        .withRegistries(
            RegistryAccess.standard().withMirrors(Map.of(named.registry(), registry.address())));
  }

  /** Returns a command line with the options for this mirror. */
  public List<String> arguments(String... words) {
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.addAll(List.of("--platform", "linux/amd64", "--upstream", "mirror"));
    arguments.addAll(List.of("--base", base.toString(), "--repository", repository().toString()));
    arguments.addAll(List.of("--cache", cache().toString()));
    arguments.addAll(List.of("--lock", directory.resolve("sandbox.lock.json").toString()));
    return arguments;
  }

  /** Returns an image that asks for some packages. */
  public static ImageDefinition image(String... packages) {
    return ImageDefinition.onBase(
            "small",
            SandboxUser.OPENCODE,
            new ContainerSettings(Map.of("PATH", "/bin"), "/", List.of(), List.of("sh")))
        .withDescription("made for a test")
        .withPackages(packages);
  }

  /** Returns the files of a base image, with a text for each path. */
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

  private static Descriptor baseImage(BlobStore store, Platform platform, int modeOfPasswords)
      throws IOException {
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
              int mode = path.equals("etc/shadow") ? modeOfPasswords : 0644;
              entries.put(path, new TarEntry.File(path, Attributes.of(mode), size));
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
