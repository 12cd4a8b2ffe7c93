package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.GzipMembers;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobSink;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The base image: some of the repository's packages installed into an empty root, with apk's
 * database, busybox's links and the key of the repository. It has a single layer; its packages are
 * small enough to be held in memory.
 */
final class BaseImage {

  /** The packages in the order of their installation. */
  static final List<String> PACKAGES =
      List.of(BaseLayout.NAME, "glibc", "busybox", PackageTable.CERTIFICATES);

  /** The paths of busybox in older and newer Debian releases. */
  private static final List<String> BUSYBOX = List.of("bin/busybox", "usr/bin/busybox");

  private record Node(TarEntry entry, byte[] content) {}

  /** The entries by path, so that a directory precedes its content. */
  private final Map<String, Node> root = new TreeMap<>();

  private final List<InstalledPackage> installed = new ArrayList<>();
  private final Platform platform;

  private BaseImage(Platform platform) {
    this.platform = platform;
  }

  /**
   * Builds the image.
   *
   * @param packages package files by their package
   * @return the descriptor of its manifest
   */
  static Descriptor write(
      Map<ApkPackage, Path> packages, byte[] publicKeyPem, Platform platform, BlobStore store)
      throws IOException {
    BaseImage image = new BaseImage(platform);
    for (Map.Entry<ApkPackage, Path> apk : packages.entrySet()) {
      image.install(apk.getKey(), apk.getValue());
    }
    image.linkBusybox();
    image.writeDatabase(publicKeyPem);
    return image.store(store);
  }

  private void install(ApkPackage apk, Path file) throws IOException {
    Map<String, List<InstalledPackage.File>> files = new LinkedHashMap<>();
    Map<String, InstalledPackage.@Nullable Owner> owners = new TreeMap<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
        GzipMembers members = new GzipMembers(in, apk.fileName())) {
      members.next();
      members.next();
      InputStream data = members.next();
      if (data == null) {
        throw new VerificationException(
            apk.fileName() + ": truncated. Delete the cache and try again.");
      }
      TarReader tar = new TarReader(data, apk.fileName(), TarLimits.alpinePackage());
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        put(entry, tar.content().readAllBytes());
        String path = entry.path();
        if (entry instanceof TarEntry.Directory) {
          files.put(path, new ArrayList<>());
          owners.put(path, InstalledPackage.Directory.written(owner(entry.attributes())));
        } else {
          int slash = path.lastIndexOf('/');
          files
              .computeIfAbsent(path.substring(0, Math.max(slash, 0)), key -> new ArrayList<>())
              .add(fileRecord(entry, path.substring(slash + 1)));
        }
      }
    }
    List<InstalledPackage.Directory> directories = new ArrayList<>();
    files.forEach(
        (path, list) -> {
          directories.add(new InstalledPackage.Directory(path, owners.get(path), list));
        });
    installed.add(new InstalledPackage(apk, directories));
  }

  private static InstalledPackage.File fileRecord(TarEntry entry, String name) {
    String sha1 = entry.attributes().pax().get(ApkBuilder.CHECKSUM);
    return new InstalledPackage.File(
        name,
        InstalledPackage.File.written(owner(entry.attributes())),
        sha1 == null ? null : new Checksum(sha1));
  }

  private static InstalledPackage.Owner owner(Attributes attributes) {
    return new InstalledPackage.Owner(attributes.access(), null);
  }

  private void put(TarEntry entry, byte[] content) {
    // If two packages list a directory, the first one's attributes are kept. The base layout is
    // installed before packages that need other attributes.
    if (entry instanceof TarEntry.Directory && root.containsKey(entry.path())) {
      return;
    }
    Attributes plain = entry.attributes().withPax(Map.of());
    root.put(entry.path(), new Node(entry.withAttributes(plain), content));
  }

  /**
   * Creates the links to busybox, which apk's database does not list, because a trigger script
   * creates them.
   */
  private void linkBusybox() {
    Node busybox =
        BUSYBOX.stream()
            .map(root::get)
            .filter(node -> node != null && node.entry() instanceof TarEntry.File)
            .findFirst()
            .orElseThrow(
                () -> new VerificationException("The stand-in's busybox package has no busybox"));
    for (String path :
        BusyboxApplets.links(ByteBuffer.wrap(busybox.content()), busybox.entry().path())) {
      if (!root.containsKey(path)) {
        put(
            new TarEntry.SymbolicLink(path, ApkBuilder.attributes(0777), "/bin/busybox"),
            new byte[0]);
      }
    }
  }

  private void writeDatabase(byte[] publicKeyPem) throws IOException {
    for (String directory :
        List.of("etc/apk", "etc/apk/keys", "lib", "lib/apk", "lib/apk/db", "var/cache/apk")) {
      put(new TarEntry.Directory(directory, ApkBuilder.attributes(0755)), new byte[0]);
    }
    file("etc/apk/keys/" + StandInKey.NAME, publicKeyPem);
    file("etc/apk/arch", platform.apkArchitecture() + "\n");
    file("etc/apk/world", String.join("\n", new TreeSet<>(PACKAGES)) + "\n");
    file(
        "etc/apk/repositories",
        "# The stand-in's repository lies on the machine that built this image.\n");
    file("lib/apk/db/installed", InstalledDatabase.empty().with(installed).toText());
    file("lib/apk/db/triggers", "");
    ByteArrayOutputStream scripts = new ByteArrayOutputStream();
    try (TarWriter tar = new TarWriter(scripts)) {
      tar.finish();
    }
    file("lib/apk/db/scripts.tar", scripts.toByteArray());
  }

  private void file(String path, String text) {
    file(path, text.getBytes(StandardCharsets.UTF_8));
  }

  private void file(String path, byte[] content) {
    put(new TarEntry.File(path, ApkBuilder.attributes(0644), content.length), content);
  }

  private Descriptor store(BlobStore store) throws IOException {
    MessageDigest diffId = Digest.newSha256();
    Descriptor layer;
    try (BlobSink sink = store.create()) {
      try (OutputStream gzip = Gzip.members(sink.content());
          TarWriter tar = new TarWriter(new DigestOutputStream(gzip, diffId))) {
        for (Node node : root.values()) {
          if (node.entry() instanceof TarEntry.File file) {
            tar.write(file, node.content());
          } else {
            tar.write(node.entry());
          }
        }
        tar.finish();
      }
      Digest digest = sink.commit();
      layer = Descriptor.of(MediaType.LAYER_GZIP, digest, sink.size());
    }
    ImageConfig config =
        ImageConfig.scratch(platform)
            .withLabel(Annotations.UPSTREAM, "stand-in")
            .withLabel(Annotations.TITLE, StandInRepository.BASE_NAME)
            .withLabel(
                Annotations.DESCRIPTION,
                "Debian packages in Alpine's format: for trying out, not for publishing")
            .withLayer(Digest.from(diffId.digest()), "stand-in base", String.join(" ", PACKAGES));
    Descriptor configBlob = store.put(MediaType.CONFIG, config.toJson());
    Manifest manifest = new Manifest(configBlob, List.of(layer), Map.of());
    return store.put(MediaType.MANIFEST, manifest.toJson());
  }
}
