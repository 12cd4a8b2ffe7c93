package ai.opencode.sandbox.contract;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.attest.inputs.AlpineAddress;
import ai.opencode.sandbox.attest.sbom.ApkSoftware;
import ai.opencode.sandbox.attest.sbom.BillSubject;
import ai.opencode.sandbox.attest.sbom.NpmSoftware;
import ai.opencode.sandbox.attest.sbom.OsRelease;
import ai.opencode.sandbox.attest.sbom.SoftwareBill;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.ImageKey;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.npm.NpmPlatform;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The bill of an image that a lock describes. A lock names the base image only by its digest, so
 * the bill lacks the packages of the base image. It also lacks the licences and source packages of
 * the other Alpine packages, which a lock does not contain.
 */
public final class LockedBill {

  private static final Pattern RELEASE = Pattern.compile("[0-9]+\\.[0-9]+(?:\\.[0-9]+)?");

  private final LockFile lock;
  private final Platform platform;
  private final Map<String, ApkSoftware> apk = new LinkedHashMap<>();
  private final Map<String, NpmFacts> npm = new TreeMap<>();
  private @Nullable LockedBase base;

  private LockedBill(LockFile lock, Platform platform) {
    this.lock = lock;
    this.platform = platform;
  }

  /**
   * Returns the bill of an image.
   *
   * @param image an image that the lock has
   * @param definition the image's definition, which a lock needs for the image's parents and npm
   *     packages; null if there is none
   * @throws LockException if the lock lacks the image or one of its parents, needs the definition
   *     that is not there, or was made for another one
   */
  public static SoftwareBill of(
      LockFile lock, ImageKey image, @Nullable ImageDefinition definition) {
    LockedBill bill = new LockedBill(lock, image.platform());
    bill.add(image.name(), definition);
    return new SoftwareBill(
        bill.subject(image.name()),
        List.copyOf(bill.apk.values()),
        bill.npm.values().stream()
            .map(each -> new NpmSoftware(each, Optional.empty(), Optional.empty()))
            .toList(),
        List.of(),
        Optional.empty());
  }

  private void add(String name, @Nullable ImageDefinition definition) {
    LockedImage locked =
        lock.find(name, platform)
            .orElseThrow(
                () ->
                    new LockException(
                        "The lock has no image "
                            + new ImageKey(name, platform)
                            + ". Update it with the command lock --update."));
    ImageDefinition parent = definition == null ? null : definition.parent();
    if (locked.base() == null) {
      if (parent == null) {
        throw unknown(name, "is based on another image");
      }
      add(parent.name(), parent);
    } else {
      base = locked.base();
    }
    locked.removed().forEach(each -> apk.remove(each.name()));
    locked.packages().forEach(each -> apk.put(each.name(), software(each)));
    if (locked.npmLock() != null) {
      addNpm(name, locked.npmLock(), definition);
    }
  }

  private void addNpm(String name, Digest expected, @Nullable ImageDefinition definition) {
    NpmProject project =
        Optional.ofNullable(definition)
            .flatMap(ImageDefinition::npm)
            .filter(each -> Digest.sha256(each.packageLock()).equals(expected))
            .orElseThrow(() -> unknown(name, "has npm packages"));
    for (NpmFacts each : LockedNpm.packages(project, NpmPlatform.musl(platform.npmCpu()))) {
      npm.put(each.path(), each);
    }
  }

  private static LockException unknown(String name, String why) {
    return new LockException(
        "The image "
            + name
            + " of the lock "
            + why
            + ", which only its definition names, and this program does not have the definition"
            + " that the lock was made for. Use the program that wrote the lock, in the directory"
            + " of its sandbox.yaml if it has one.");
  }

  private ApkSoftware software(LockedPackage pkg) {
    ApkFacts facts =
        new ApkFacts(pkg.name(), pkg.version(), "", pkg.checksum(), ApkFacts.About.NOTHING);
    return new ApkSoftware(
        facts,
        Optional.empty(),
        Optional.of(pkg.data().hash()),
        AlpineAddress.of(pkg, platform.apkArchitecture()));
  }

  private BillSubject subject(String name) {
    return new BillSubject(name, "", platform, Optional.empty(), created(), release());
  }

  /** Returns the build time of the newest package that the lock's repositories had. */
  private Instant created() {
    List<Long> times = new ArrayList<>();
    lock.indexes()
        .forEach(
            (key, seconds) -> {
              if (key.platform().equals(platform)) {
                times.add(seconds);
              }
            });
    return Instant.ofEpochSecond(times.stream().mapToLong(Long::longValue).max().orElse(0));
  }

  /** Returns the release by the base image's tag, because a lock does not hold the base's files. */
  private Optional<OsRelease> release() {
    if (base == null || !base.reference().repository().endsWith("/alpine")) {
      return Optional.empty();
    }
    return Optional.ofNullable(base.reference().tag())
        .filter(tag -> RELEASE.matcher(tag).matches())
        .map(tag -> new OsRelease("alpine", tag));
  }
}
