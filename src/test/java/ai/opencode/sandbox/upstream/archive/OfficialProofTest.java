package ai.opencode.sandbox.upstream.archive;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.SharedData;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.fetch.IndexFetcher;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.upstream.ArchivePlace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The proof that an archive is official, with Alpine's real index and key. */
class OfficialProofTest {

  private static final String REPOSITORY = "https://dl-cdn.alpinelinux.org/alpine/v3.18/main";
  private static final String BASE =
      "docker.io/library/alpine:3.24@sha256:5b02b42e375f7426f8d65c3af331ca05d9878f9989230354504e0b9dfd431f60";
  private static final String KEY = "alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub";

  /** The content of an archive, which is official until a test changes a part. */
  private record Draft(
      UpstreamKind upstream,
      String base,
      String place,
      LockedPackage apk,
      byte[] key,
      byte[] index) {}

  @TempDir private Path directory;
  private Draft official;
  private int archives;

  @BeforeEach
  void readAlpines() throws IOException {
    byte[] key = Files.readAllBytes(SharedData.path("keys/alpine/" + KEY));
    Path index = SharedData.path("index/v3.18-x86_64-main/APKINDEX.tar.gz");
    ApkPackage busybox =
        IndexFetcher.read(
                index, new RepositoryLocation(REPOSITORY), () -> Keyring.of(Map.of(KEY, key)))
            .packages()
            .stream()
            .filter(each -> each.name().equals("busybox"))
            .findFirst()
            .orElseThrow();
    LockedPackage locked =
        new LockedPackage(
            busybox.name(),
            busybox.version(),
            new RepositoryLocation(REPOSITORY),
            busybox.size(),
            busybox.checksum(),
            new LockedPackage.Data(digest("data"), digest("diff")),
            LockedPackage.Cause.of(null));
    official =
        new Draft(UpstreamKind.OFFICIAL, BASE, REPOSITORY, locked, key, Files.readAllBytes(index));
  }

  @Test
  void alpinesBaseKeyAndIndexProveAnArchive() throws Exception {
    assertThat(holds(official)).isTrue();
  }

  @Test
  void nothingElseProvesOne() throws Exception {
    ASigningKey own = ASigningKey.named(KEY);
    byte[] forged = ARepository.in(directory).with(AnApk.named("busybox")).signed(own).index();
    String evil = "https://evil.example/alpine/v3.18/main";
    Draft a = official;
    LockedPackage p = a.apk();
    LockedPackage other = apk(p.name(), "9-r0", REPOSITORY, p.size());
    LockedPackage renamed = apk("git", p.version().toString(), REPOSITORY, p.size());
    LockedPackage longer = apk(p.name(), p.version().toString(), REPOSITORY, p.size() + 1);
    LockedPackage elsewhere = apk(p.name(), p.version().toString(), evil, p.size());
    String otherBase = BASE.replace("5b02", "5b03");
    String otherHost = BASE.replace("docker.io", "registry.example");

    for (Draft draft :
        List.of(
            new Draft(UpstreamKind.MIRROR, a.base(), a.place(), p, a.key(), a.index()),
            new Draft(UpstreamKind.OFFICIAL, otherBase, a.place(), p, a.key(), a.index()),
            new Draft(UpstreamKind.OFFICIAL, otherHost, a.place(), p, a.key(), a.index()),
            new Draft(UpstreamKind.OFFICIAL, a.base(), evil, elsewhere, a.key(), a.index()),
            new Draft(UpstreamKind.OFFICIAL, a.base(), a.place(), elsewhere, a.key(), a.index()),
            new Draft(UpstreamKind.OFFICIAL, a.base(), a.place(), other, a.key(), a.index()),
            new Draft(UpstreamKind.OFFICIAL, a.base(), a.place(), renamed, a.key(), a.index()),
            new Draft(UpstreamKind.OFFICIAL, a.base(), a.place(), longer, a.key(), a.index()),
            new Draft(UpstreamKind.OFFICIAL, a.base(), a.place(), p, own.pem(), forged),
            new Draft(UpstreamKind.OFFICIAL, a.base(), a.place(), p, own.pem(), a.index()),
            new Draft(UpstreamKind.OFFICIAL, a.base(), a.place(), p, a.key(), forged))) {
      assertThat(holds(draft)).as(draft.toString()).isFalse();
    }
  }

  private LockedPackage apk(String name, String version, String repository, long size) {
    LockedPackage p = official.apk();
    return new LockedPackage(
        name,
        ApkVersion.of(version),
        new RepositoryLocation(repository),
        size,
        p.checksum(),
        p.data(),
        LockedPackage.Cause.of(null));
  }

  private boolean holds(Draft draft) throws IOException {
    LockedImage image =
        new LockedImage(
            new LockedBase(
                Reference.of(draft.base()),
                digest("manifest"),
                new TreeMap<>(),
                BasePackages.UPGRADE),
            List.of(),
            List.of(draft.apk()),
            List.of(),
            null,
            null);
    LockFile lock = LockFile.empty(draft.upstream()).with("small", Platform.LINUX_AMD64, image);
    Map<String, byte[]> files =
        Map.of(
            ArchiveForm.LOCK,
            lock.toText().getBytes(StandardCharsets.UTF_8),
            ArchiveForm.key("x86_64", KEY),
            draft.key(),
            new RepositoryCopies().add(new RepositoryLocation(draft.place())).index("x86_64"),
            draft.index());
    ArchivePlace.Directory place =
        new ArchivePlace.Directory(directory.resolve("archive" + archives++));
    OciLayout layout = new OciLayout(place.path());
    List<Descriptor> layers = new ArrayList<>();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Descriptor blob = layout.blobs().put(ArchiveForm.FILE, file.getValue());
      layers.add(blob.withAnnotation(Annotations.TITLE, file.getKey()));
    }
    Descriptor config =
        layout
            .blobs()
            .put(
                ArchiveForm.TYPE,
                ArchiveForm.configuration(List.of(new RepositoryLocation(draft.place()))));
    byte[] manifest = new Manifest(config, layers, Map.of()).toJson();
    layout.name(ArchiveForm.NAME, layout.blobs().put(MediaType.MANIFEST, manifest));
    InputArchive archive = InputArchive.find(place).orElseThrow();
    return OfficialProof.holds(
        archive,
        List.of(Platform.LINUX_AMD64),
        (repository, architecture, keys) ->
            new IndexFetcher(archive).fetch(repository, architecture, () -> keys));
  }

  private static Digest digest(String text) {
    return Digest.sha256(text.getBytes(StandardCharsets.UTF_8));
  }
}
