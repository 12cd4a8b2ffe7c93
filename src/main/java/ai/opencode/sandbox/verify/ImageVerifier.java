package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.DatabaseFile;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.inspect.content.ImageStore;
import ai.opencode.sandbox.inspect.content.OpenedImage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks into images and reports everything that is not as it should be.
 *
 * <pre>{@code
 * var verifier = new ImageVerifier(RegistryAccess.standard());
 * var report = verifier.verify(ImageSource.of("oci:images:opencode-sandbox-base"), Platform.LINUX_AMD64);
 * report.findings().forEach(System.out::println);
 * }</pre>
 */
@Api
public final class ImageVerifier {

  /** Enough to see what is wrong; a hostile image could give millions. */
  private static final int MAX_FINDINGS_OF_A_KIND = 1000;

  private final RegistryAccess access;

  public ImageVerifier(RegistryAccess access) {
    this.access = access;
  }

  /** What each id of a finding stands for: what holds where there is no such finding. */
  public static SortedMap<String, String> checks() {
    SortedMap<String, String> all = new TreeMap<>(Checks.READING);
    Checks.ALL.forEach(check -> all.putAll(check.promises()));
    return Collections.unmodifiableSortedMap(all);
  }

  /** Holds an image against the contract that its name asks for. */
  public VerificationReport verify(ImageSource source, Platform platform) throws IOException {
    return verify(source, platform, null);
  }

  /**
   * Holds an image against a contract.
   *
   * @param contract null for the one that its name or title asks for
   * @throws ai.opencode.sandbox.failure.UsageException where there is no such image, or none for
   *     the platform
   */
  public VerificationReport verify(
      ImageSource source, Platform platform, @Nullable Contract contract) throws IOException {
    List<Finding> findings = new ArrayList<>();
    Flaws flaws = bounded(findings);
    try (ImageStore store = ImageStore.open(source, access)) {
      OpenedImage image = store.image(platform, flaws);
      String title = image.config().labels().get("org.opencontainers.image.title");
      Contract held = contract == null ? Contract.forImage(image.name(), title) : contract;
      ImageRoot root = ImageRoot.read(image.layers(), store.work(), flaws);
      InstalledDatabase database = DatabaseFile.read(root, flaws).orElse(null);
      Examined examined = Examined.of(image, root, platform, held, database);
      for (Check check : Checks.ALL) {
        check.run(examined, flaws);
      }
      return new VerificationReport(
          source.toString(), platform, held.name(), findings, facts(examined));
    } catch (VerificationException e) {
      String reason = String.valueOf(e.getMessage());
      if (findings.stream().noneMatch(each -> each.message().equals(reason))) {
        flaws.add("unreadable", source.toString(), reason);
      }
      String name = contract == null ? "sandbox" : contract.name();
      return new VerificationReport(source.toString(), platform, name, findings, null);
    }
  }

  /** The images that a source holds, each for itself: a layout without a name may hold several. */
  public List<ImageSource> images(ImageSource source) throws IOException {
    try (ImageStore store = ImageStore.open(source, access)) {
      return store.images();
    }
  }

  /** The platforms that an image is for; for one in a registry, this machine's. */
  public List<Platform> platforms(ImageSource source) throws IOException {
    try (ImageStore store = ImageStore.open(source, access)) {
      return store.platforms();
    }
  }

  private static Flaws bounded(List<Finding> findings) {
    Map<String, Integer> counts = new HashMap<>();
    return (id, where, message) -> {
      int count = counts.merge(id, 1, Integer::sum);
      if (count <= MAX_FINDINGS_OF_A_KIND) {
        findings.add(new Finding(id, where, message));
      } else if (count == MAX_FINDINGS_OF_A_KIND + 1) {
        findings.add(new Finding(id, "~", "and more of this kind, which are left out here"));
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
            root.compressedBytes() + examined.image().configBytes(), root.unpackedBytes()),
        root.layers().size(),
        root.entries().size(),
        examined.packages().size(),
        (int) root.entries().stream().filter(entry -> entry.elf() != null).count());
  }
}
