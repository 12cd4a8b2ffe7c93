package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.DatabaseFile;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.inspect.content.ImageStore;
import ai.opencode.sandbox.inspect.content.OpenedImage;
import ai.opencode.sandbox.oci.Architecture;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.PlainText;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The verification of images: reads an image and reports every defect.
 *
 * <pre>{@code
 * var verifier = new ImageVerifier(RegistryAccess.standard());
 * var report = verifier.verify(ImageSource.of("oci:images:opencode-sandbox-base"), Platform.LINUX_AMD64);
 * report.findings().forEach(System.out::println);
 * }</pre>
 */
@Api
public final class ImageVerifier {

  /** Enough to show the problem; a hostile image could cause millions. */
  private static final int MAX_FINDINGS_OF_A_KIND = 1000;

  private final RegistryAccess access;
  private final Demands demands;

  /**
   * The expectations of a verifier.
   *
   * @param own contracts for images of these names
   * @param required the kinds of statements that each image must have
   * @param trusted the keys that must have signed the packages; null if origin is not a question
   * @param known the base images and the lock of a proof of origin
   */
  private record Demands(
      List<Contract> own,
      Set<AttestationKind> required,
      @Nullable TrustedKeys trusted,
      KnownImages known) {}

  public ImageVerifier(RegistryAccess access) {
    this(access, new Demands(List.of(), Set.of(), null, KnownImages.none()));
  }

  private ImageVerifier(RegistryAccess access, Demands demands) {
    this.access = access;
    this.demands = demands;
  }

  /** Returns a verifier that checks images of these names against these contracts. */
  public ImageVerifier withContracts(List<Contract> contracts) {
    return new ImageVerifier(
        access,
        new Demands(List.copyOf(contracts), demands.required, demands.trusted, demands.known));
  }

  /** Returns a verifier that requires these kinds of statements about each image. */
  public ImageVerifier withRequired(Set<AttestationKind> kinds) {
    return new ImageVerifier(
        access, new Demands(demands.own, Set.copyOf(kinds), demands.trusted, demands.known));
  }

  /**
   * Returns a verifier that requires that trusted keys signed the packages of each image, and that
   * knows no base image: packages of one are findings.
   */
  public ImageVerifier withOrigin(TrustedKeys trusted) {
    return withOrigin(trusted, KnownImages.none());
  }

  /**
   * Returns a verifier that requires that trusted keys signed the packages of each image that are
   * not those of a known base image, and with a lock that the image is one of its results.
   */
  public ImageVerifier withOrigin(TrustedKeys trusted, KnownImages known) {
    return new ImageVerifier(access, new Demands(demands.own, demands.required, trusted, known));
  }

  /**
   * Returns the meaning of each finding's id: the property that holds if there is no such finding.
   */
  public static SortedMap<String, String> checks() {
    SortedMap<String, String> all = new TreeMap<>(Checks.READING);
    all.put(
        OriginTrust.ID, "with --origin: a trusted key signed each package that is not the base's");
    all.put(OriginTrust.BASE, "with --origin: a lock or this program names the base image");
    all.put(LockedOrigin.ID, "with --origin and --lock: the image is one that the lock gives");
    Checks.ALL.forEach(check -> all.putAll(check.promises()));
    return Collections.unmodifiableSortedMap(all);
  }

  /** Verifies an image against the contract for its name. */
  public VerificationReport verify(ImageSource source, Platform platform) throws IOException {
    return verify(source, platform, null);
  }

  /**
   * Verifies an image against a contract.
   *
   * @param contract the contract; null for the one that belongs to the image's name or title
   * @throws ai.opencode.sandbox.failure.UsageException if the image does not exist, or has no
   *     manifest for the platform
   */
  public VerificationReport verify(
      ImageSource source, Platform platform, @Nullable Contract contract) throws IOException {
    List<Finding> findings = new ArrayList<>();
    Flaws flaws = bounded(findings);
    try (ImageStore store = ImageStore.open(source, access)) {
      OpenedImage image = store.image(platform, flaws);
      requireKnown(platform);
      String title = image.config().labels().get("org.opencontainers.image.title");
      Contract held =
          contract == null ? Contract.forImage(image.name(), title, demands.own) : contract;
      ImageRoot root = ImageRoot.read(image.layers(), store.work(), flaws);
      InstalledDatabase database = DatabaseFile.read(root, flaws).orElse(null);
      Examined examined =
          Examined.of(
              image,
              root,
              platform,
              held,
              database,
              Attestations.read(image, demands.required, flaws));
      for (Check check : Checks.ALL) {
        check.run(examined, flaws);
      }
      OriginSummary origin =
          demands.trusted == null
              ? null
              : new OriginTrust(demands.trusted, demands.known).judge(examined, flaws);
      return new VerificationReport(
          source.toString(), platform, held.name(), findings, facts(examined), origin);
    } catch (VerificationException e) {
      String reason = String.valueOf(e.getMessage());
      if (findings.stream().noneMatch(each -> each.message().equals(reason))) {
        flaws.add("unreadable", source.toString(), reason);
      }
      String name = contract == null ? "sandbox" : contract.name();
      return new VerificationReport(source.toString(), platform, name, findings, null, null);
    }
  }

  /** Returns each image of a source separately: a layout without a name may hold several. */
  public List<ImageSource> images(ImageSource source) throws IOException {
    try (ImageStore store = ImageStore.open(source, access)) {
      return store.images();
    }
  }

  /** Returns the platforms of an image; for an image in a registry, only this machine's. */
  public List<Platform> platforms(ImageSource source) throws IOException {
    try (ImageStore store = ImageStore.open(source, access)) {
      return store.platforms();
    }
  }

  /** Refuses platforms whose packages and programs no check could judge. */
  private static void requireKnown(Platform platform) {
    if (Architecture.ofOci(platform.architecture()).isEmpty()) {
      throw new VerificationException(
          "The image is for "
              + PlainText.line(platform.toString())
              + ", but only images for "
              + Architecture.PLATFORMS
              + " can be checked. Name one of these with --platform.");
    }
  }

  private static Flaws bounded(List<Finding> findings) {
    Map<String, Integer> counts = new HashMap<>();
    return (id, where, message) -> {
      int count = counts.merge(id, 1, Integer::sum);
      if (count <= MAX_FINDINGS_OF_A_KIND) {
        findings.add(new Finding(id, where, message));
      } else if (count == MAX_FINDINGS_OF_A_KIND + 1) {
        findings.add(new Finding(id, "~", "further findings of this kind are left out"));
      }
    };
  }

  private static ImageFacts facts(Examined examined) {
    Map<String, String> labels = examined.config().labels();
    ImageRoot root = examined.root();
    return new ImageFacts(
        examined.image().digest(),
        new ImageFacts.Labels(
            labels.get("org.opencontainers.image.title"),
            labels.get("org.opencontainers.image.version"),
            labels.get(Examined.UPSTREAM)),
        new ImageFacts.Sizes(
            root.compressedBytes() + examined.image().configuration().bytes(),
            root.unpackedBytes()),
        new ImageFacts.Counts(
            root.layers().size(),
            root.entries().size(),
            examined.packages().size(),
            (int) root.entries().stream().filter(entry -> entry.elf() != null).count()),
        new ImageFacts.Statements(
            examined.attestations().kinds(), examined.attestations().others()));
  }
}
