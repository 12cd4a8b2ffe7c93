package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.Triggers;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.concurrent.Ahead;
import ai.opencode.sandbox.concurrent.Parallel;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.Installation;
import ai.opencode.sandbox.install.PackageContents;
import ai.opencode.sandbox.install.PlacedPackage;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.install.scripts.AppletLinks;
import ai.opencode.sandbox.install.scripts.KnownScripts;
import ai.opencode.sandbox.install.scripts.LocalCertificates;
import ai.opencode.sandbox.install.scripts.ScriptEffects;
import ai.opencode.sandbox.npm.NpmLayerGroup;
import ai.opencode.sandbox.npm.NpmTree;
import ai.opencode.sandbox.npm.TarballSource;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.rootfs.LayerScan;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.RootView;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Makes layers of packages. */
public final class Layering implements AutoCloseable {

  /** To be raised with every change to which layers the same packages give. */
  public static final int FORMAT = 5;

  /** Below it, a layer of its own costs a pull more than it saves. */
  private static final long VERBATIM_BYTES = 2_000_000;

  /**
   * What an entry counts against its package: the size of the extended header that carries its
   * checksum. A rewritten layer has none, and Docker 26 takes a tenth of a millisecond for each.
   */
  private static final long ENTRY_BYTES = 1024;

  /** Docker starts no image of more than 125 layers; far below that, each costs time. */
  private static final int MOST_VERBATIM = 25;

  private final Cache cache;
  private final LayerCache layers;
  private final Progress progress;
  private final Ahead<String, StagedLayer> ahead = new Ahead<>();

  public Layering(Cache cache, Progress progress) {
    this.cache = cache;
    this.layers = new LayerCache(cache);
    this.progress = progress;
  }

  /** The file system of a base image. */
  public RootView view(List<Descriptor> baseLayers) throws IOException {
    RootView view = new RootView();
    for (Descriptor layer : baseLayers) {
      LayerScan.apply(view, cache.blobs(), layer);
    }
    return view;
  }

  /**
   * The package database of a file system.
   *
   * @throws VerificationException where it has none, or two
   */
  public static InstalledDatabase database(RootView view) throws IOException {
    byte[] text = view.bytes(databasePath(view, "installed")).orElse(new byte[0]);
    return InstalledDatabase.parse(new ByteArrayInputStream(text), "the base's package database");
  }

  /** Where a file of the package database is or belongs: Alpine and Wolfi disagree. */
  public static String databasePath(RootView view, String file) {
    Set<String> places = new TreeSet<>();
    for (String folder : List.of("lib/apk/db", "usr/lib/apk/db")) {
      String place = view.resolve(folder);
      if (view.get(view.resolve(place + "/installed")) != null) {
        places.add(place);
      }
    }
    if (places.size() != 1) {
      throw new VerificationException(
          "The base image has "
              + (places.isEmpty()
                  ? "no package database, neither lib/apk/db/installed nor usr/lib/apk/db/installed,"
                      + " so nobody knows what is in it"
                  : "two package databases, in "
                      + String.join(" and ", places)
                      + ", and its apk reads but one of them")
              + "; use an Alpine base as it was published");
    }
    return view.resolve(places.iterator().next() + "/" + file);
  }

  /**
   * Puts packages on top of a file system.
   *
   * @param below what is there
   * @param database what apk believes to be there
   * @param packages in install order
   * @param removed names of installed packages that the result does without
   * @param files texts that the image brings beside its packages, by absolute path: some are what
   *     installation scripts look for
   * @throws VerificationException where packages claim the same file, or hold what an image must
   *     not
   */
  public LayeredRoot add(
      RootView below,
      InstalledDatabase database,
      List<FetchedPackage> packages,
      List<String> removed,
      Map<String, String> files)
      throws IOException {
    RootView root = below.copy();
    Installation installation = new Installation(root, database);
    removed.forEach(installation::remove);
    for (FetchedPackage each : packages) {
      installation.install(each, PackageContents.of(each, cache.blobs()));
    }
    ScriptEffects effects = effects(below, root, database, packages, removed, files);

    List<PlacedPackage> placed = new ArrayList<>();
    for (PlacedPackage each : installation.placed()) {
      placed.add(withLosses(root, each));
    }
    Set<String> verbatim = verbatim(placed);
    List<PlacedPackage> merged =
        placed.stream().filter(each -> !verbatim.contains(each.name())).toList();
    List<StagedLayer> result = new ArrayList<>(verbatimLayers(placed, verbatim));
    progress.step("layer", "merging " + merged.size() + " packages");
    List<Callable<StagedLayer>> work = new ArrayList<>();
    List<List<PlacedPackage>> groups = MergedGroups.of(merged);
    for (int i = 0; i < groups.size(); i++) {
      List<PlacedPackage> group = groups.get(i);
      // What is left to be put right comes last, over everything else.
      boolean last = i == groups.size() - 1;
      MergedLayer layer =
          new MergedLayer(
              root,
              group,
              last ? wrongFolders(root, placed, verbatim) : Set.of(),
              last ? installation.whiteouts() : Set.of(),
              cache.blobs());
      if (!layer.isEmpty()) {
        work.add(() -> layers.layer(layer.recipe(), "apk " + labels(group), layer));
      }
    }
    if (!effects.isEmpty()) {
      work.add(() -> layers.layer(effects.recipe(), effects.createdBy(), effects));
    }
    result.addAll(Parallel.run(work));
    Map<String, String> unknown = new TreeMap<>(effects.unknown());
    for (FetchedPackage each : packages) {
      KnownScripts.unknown(each).ifPresent(would -> unknown.put(each.pkg().label(), would));
    }
    return new LayeredRoot(
        result,
        root,
        database(root, database, placed, removed),
        packages,
        decisions(placed, verbatim),
        unknown);
  }

  private static ScriptEffects effects(
      RootView below,
      RootView root,
      InstalledDatabase database,
      List<FetchedPackage> packages,
      List<String> removed,
      Map<String, String> files) {
    Triggers triggers = Triggers.parse(below.text(databasePath(below, "triggers")).orElse(""));
    Transaction transaction = new Transaction(database, triggers, packages, removed);
    Map<String, byte[]> certificates = new HashMap<>();
    files.forEach(
        (path, text) -> {
          if (LocalCertificates.isLocal(path)) {
            certificates.put(path.substring(1), text.getBytes(StandardCharsets.UTF_8));
          }
        });
    ScriptEffects effects = new ScriptEffects(root);
    AppletLinks.reproduce(transaction, effects);
    LocalCertificates.reproduce(transaction, certificates, effects);
    return effects;
  }

  /** Puts npm packages on top: one layer for each group. */
  public List<StagedLayer> npm(RootView root, NpmTree tree, TarballSource source)
      throws IOException {
    List<Callable<StagedLayer>> work = new ArrayList<>();
    npmLayers(root, tree, source)
        .forEach((recipe, layer) -> work.add(() -> ahead.get(recipe, layer)));
    return Parallel.run(work);
  }

  /**
   * Begins with layers that {@link #npm} will be asked for later.
   *
   * @param root a file system below the later one; the layers are made again where its folders
   *     differ
   */
  public void beginNpm(RootView root, NpmTree tree, TarballSource source) {
    npmLayers(root, tree, source).forEach(ahead::begin);
  }

  private Map<String, Callable<StagedLayer>> npmLayers(
      RootView root, NpmTree tree, TarballSource source) {
    Map<String, Callable<StagedLayer>> work = new LinkedHashMap<>();
    String folders = folder(root, "usr") + folder(root, "usr/local");
    for (NpmLayerGroup group : tree.groups()) {
      String recipe = tree.recipe(group) + folders;
      work.put(
          recipe,
          () ->
              layers.layer(
                  recipe,
                  "npm " + group.title(),
                  tar -> {
                    writeFolder(root, "usr", tar);
                    writeFolder(root, "usr/local", tar);
                    tree.writeTo(tar, group, source);
                  }));
    }
    return work;
  }

  @Override
  public void close() {
    ahead.close();
  }

  private static String folder(RootView root, String path) {
    Node node = root.get(path);
    return node == null
        ? path + " 755 0:0\n"
        : path
            + " "
            + Integer.toOctalString(node.mode())
            + " "
            + node.uid()
            + ":"
            + node.gid()
            + "\n";
  }

  private static void writeFolder(RootView root, String path, TarWriter tar) throws IOException {
    Node node = root.get(path);
    Attributes attributes =
        node == null
            ? Attributes.of(0755)
            : Attributes.of(node.mode()).withOwner(node.uid(), node.gid());
    tar.write(new TarEntry.Directory(path, attributes.withNames("", "")));
  }

  /** What was placed and then taken over by a later package would come back in a layer above. */
  private static PlacedPackage withLosses(RootView root, PlacedPackage placed) {
    for (int i = 0; i < placed.placements().size(); i++) {
      String path = placed.placements().get(i).path();
      Node node = path == null ? null : root.get(path);
      if (path != null
          && (node == null || (!node.isDirectory() && !placed.name().equals(node.owner())))) {
        return placed.withObstacle(
            "/" + path + " goes to " + (node == null ? "nobody" : node.owner()));
      }
    }
    return placed;
  }

  private static Set<String> verbatim(List<PlacedPackage> placed) {
    return new HashSet<>(
        placed.stream()
            .filter(each -> each.obstacles().isEmpty() && isBig(each))
            .sorted(
                Comparator.comparingLong((PlacedPackage each) -> -each.apk().data().size())
                    .thenComparing(PlacedPackage::name))
            .limit(MOST_VERBATIM)
            .map(PlacedPackage::name)
            .toList());
  }

  private static boolean isBig(PlacedPackage placed) {
    long entries = placed.apk().entries().size();
    return placed.apk().data().size() - ENTRY_BYTES * entries >= VERBATIM_BYTES;
  }

  private static List<StagedLayer> verbatimLayers(
      List<PlacedPackage> placed, Set<String> verbatim) {
    List<StagedLayer> result = new ArrayList<>();
    for (PlacedPackage each : placed) {
      if (verbatim.contains(each.name())) {
        FetchedPackage apk = each.apk();
        result.add(
            new StagedLayer(
                apk.data(),
                apk.diffId(),
                apk.unpackedBytes(),
                "apk " + apk.pkg().label() + " (unchanged)",
                StagedLayer.Origin.PACKAGE));
      }
    }
    return result;
  }

  /** Folders whose attributes the unchanged layers leave other than they are in the end. */
  private static Set<String> wrongFolders(
      RootView root, List<PlacedPackage> placed, Set<String> verbatim) {
    Set<String> wrong = new TreeSet<>();
    for (PlacedPackage each : placed) {
      if (!verbatim.contains(each.name())) {
        continue;
      }
      for (int i = 0; i < each.placements().size(); i++) {
        String path = each.placements().get(i).path();
        TarEntry entry = each.apk().entries().get(i).entry();
        if (path == null || !(entry instanceof TarEntry.Directory)) {
          continue;
        }
        Node last = root.get(path);
        Attributes has = entry.attributes();
        if (last != null && !last.hasAttributes(has.mode(), has.uid(), has.gid())) {
          wrong.add(path);
        }
      }
    }
    return wrong;
  }

  private static InstalledDatabase database(
      RootView root, InstalledDatabase before, List<PlacedPackage> placed, List<String> removed) {
    Set<String> newcomers = new HashSet<>();
    placed.forEach(each -> newcomers.add(each.name()));
    List<InstalledPackage> kept = new ArrayList<>();
    for (InstalledPackage each : before.packages()) {
      if (!removed.contains(each.pkg().name())) {
        kept.add(newcomers.contains(each.pkg().name()) ? each : own(root, each, newcomers));
      }
    }
    return new InstalledDatabase(kept)
        .with(placed.stream().map(each -> own(root, each.record(), newcomers)).toList());
  }

  /** A record without the files that one of the newcomers has taken over. */
  private static InstalledPackage own(
      RootView root, InstalledPackage installed, Set<String> newcomers) {
    List<InstalledPackage.Directory> directories = new ArrayList<>();
    boolean changed = false;
    for (InstalledPackage.Directory directory : installed.directories()) {
      List<InstalledPackage.File> files = new ArrayList<>();
      String folder = root.resolve(directory.path());
      for (InstalledPackage.File file : directory.files()) {
        String owner = owner(root, RootView.child(folder, file.name()));
        boolean lost =
            owner != null && !owner.equals(installed.pkg().name()) && newcomers.contains(owner);
        changed |= lost;
        if (!lost) {
          files.add(file);
        }
      }
      directories.add(new InstalledPackage.Directory(directory.path(), directory.owner(), files));
    }
    return changed ? installed.withDirectories(directories) : installed;
  }

  private static @Nullable String owner(RootView root, String place) {
    Node node = root.get(place);
    return node == null ? null : node.owner();
  }

  private static List<String> decisions(List<PlacedPackage> placed, Set<String> verbatim) {
    List<String> lines = new ArrayList<>();
    for (PlacedPackage each : placed) {
      String how;
      if (verbatim.contains(each.name())) {
        how = "unchanged, layer " + each.apk().data().digest();
      } else if (each.firstObstacle().isPresent()) {
        how = "merged: " + String.join("; ", each.obstacles());
      } else if (isBig(each)) {
        how = "merged: " + MOST_VERBATIM + " larger packages have layers of their own";
      } else {
        how =
            "merged: "
                + each.apk().data().size()
                + " bytes in "
                + each.apk().entries().size()
                + (each.apk().entries().size() == 1 ? " entry" : " entries")
                + " are too few for a layer of its own";
      }
      lines.add(each.apk().pkg().label() + " " + how);
    }
    return lines;
  }

  private static String labels(List<PlacedPackage> packages) {
    StringBuilder labels = new StringBuilder();
    for (PlacedPackage each : packages) {
      labels.append(labels.length() == 0 ? "" : " ").append(each.apk().pkg().label());
    }
    return labels.toString();
  }
}
