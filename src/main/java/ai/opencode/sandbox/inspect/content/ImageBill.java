package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.attest.sbom.ApkSoftware;
import ai.opencode.sandbox.attest.sbom.BillSubject;
import ai.opencode.sandbox.attest.sbom.FileEvidence;
import ai.opencode.sandbox.attest.sbom.GoSoftware;
import ai.opencode.sandbox.attest.sbom.HoldingLayer;
import ai.opencode.sandbox.attest.sbom.NpmSoftware;
import ai.opencode.sandbox.attest.sbom.OsRelease;
import ai.opencode.sandbox.attest.sbom.SoftwareBill;
import ai.opencode.sandbox.evidence.PackageJson;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The bill of an image, read from its file system alone. */
public final class ImageBill {

  private final ImageRoot root;
  private final @Nullable InstalledDatabase database;
  private final FileOwners owners;
  private final Set<String> packages = new HashSet<>();

  /** The lowest layer with files of a package, by the package's name. */
  private final Map<String, Integer> layers = new HashMap<>();

  private ImageBill(ImageRoot root, @Nullable InstalledDatabase database) {
    this.root = root;
    this.database = database;
    this.owners = FileOwners.of(root, database);
    for (InstalledPackage each : installed()) {
      packages.add(each.pkg().name());
    }
    for (RootEntry entry : root.entries()) {
      if (!entry.isDirectory()) {
        // Upper layers may correct the attributes of a package's files.
        owners.of(entry.path()).ifPresent(name -> layers.merge(name, entry.layer(), Math::min));
      }
    }
  }

  /**
   * Returns the bill of an image.
   *
   * @param database apk's list of installed packages; null if the image has none
   * @param subject the image; the distribution is added
   */
  public static SoftwareBill of(
      ImageRoot root, @Nullable InstalledDatabase database, BillSubject subject) {
    ImageBill bill = new ImageBill(root, database);
    return new SoftwareBill(
        subject.in(bill.release()), bill.apk(), bill.npm(), bill.go(), bill.databaseFile());
  }

  private List<InstalledPackage> installed() {
    return database == null ? List.of() : database.packages();
  }

  private Optional<OsRelease> release() {
    return root.text("etc/os-release")
        .or(() -> root.text("usr/lib/os-release"))
        .flatMap(OsRelease::parse);
  }

  private Optional<FileEvidence> databaseFile() {
    return DatabaseFile.PLACES.stream()
        .flatMap(place -> root.follow(place).stream())
        .filter(RootEntry::isFile)
        .findFirst()
        .map(this::evidence);
  }

  private List<ApkSoftware> apk() {
    List<ApkSoftware> all = new ArrayList<>();
    for (InstalledPackage each : installed()) {
      ApkFacts facts = each.pkg().facts();
      Integer layer = layers.get(facts.name());
      all.add(
          new ApkSoftware(
              facts,
              layer == null ? Optional.empty() : holding(layer),
              Optional.empty(),
              Optional.empty()));
    }
    return all;
  }

  private List<NpmSoftware> npm() {
    List<NpmSoftware> all = new ArrayList<>();
    for (RootEntry entry : root.entries()) {
      if (entry.isFile() && PackageJson.isAt(entry.path())) {
        byte[] content = entry.content();
        if (content == null) {
          throw new VerificationException(
              "/"
                  + entry.path()
                  + " is too large to be read, so the bill would leave a package out. Use another"
                  + " image, or make the file smaller.");
        }
        PackageJson.read(content).ifPresent(json -> all.add(npm(entry, json)));
      }
    }
    return all;
  }

  private NpmSoftware npm(RootEntry entry, PackageJson json) {
    NpmFacts facts =
        new NpmFacts(
            PackageJson.directory(entry.path()),
            json.name(),
            json.version(),
            Optional.empty(),
            json.licence());
    return new NpmSoftware(facts, Optional.of(evidence(entry)), owner(entry.path()));
  }

  private List<GoSoftware> go() {
    List<GoSoftware> all = new ArrayList<>();
    for (RootEntry entry : root.entries()) {
      // A program with several names (hard links) is listed once.
      if (entry.go() != null && entry.inode().first().equals(entry.path())) {
        all.add(new GoSoftware(evidence(entry), entry.go(), carrier(entry.path())));
      }
    }
    return all;
  }

  private Optional<GoSoftware.Carrier> carrier(String path) {
    Optional<GoSoftware.Carrier> apk = owner(path).map(GoSoftware.ApkCarrier::new);
    return apk.or(() -> npmDirectory(path).map(GoSoftware.NpmCarrier::new));
  }

  /** Returns the directory of the npm package with a file; empty if it is in none. */
  private Optional<String> npmDirectory(String path) {
    for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      String directory = path.substring(0, slash);
      if (PackageJson.isAt(directory + "/package.json")
          && root.at(directory + "/package.json").isPresent()) {
        return Optional.of(directory);
      }
    }
    return Optional.empty();
  }

  private Optional<String> owner(String path) {
    return owners.of(path).filter(packages::contains);
  }

  private FileEvidence evidence(RootEntry entry) {
    return new FileEvidence(
        entry.path(), new Checksum(Objects.requireNonNull(entry.sha1())), holding(entry.layer()));
  }

  private Optional<HoldingLayer> holding(int number) {
    Layer layer = root.layers().get(number - 1).layer();
    Descriptor descriptor = layer.descriptor();
    Digest diffId = layer.diffId();
    if (descriptor != null) {
      return Optional.of(HoldingLayer.of(descriptor.digest()));
    }
    return Optional.ofNullable(diffId).map(each -> new HoldingLayer(each, true));
  }
}
